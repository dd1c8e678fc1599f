# What may be turned on and off, and what that changes.

mock_provider "google" {
  source = "./tests/mocks"
}
mock_provider "google-beta" {
  source = "./tests/mocks"
}
mock_provider "time" {}

variables {
  project_id  = "hesabu-test"
  environment = "dev"
  host        = "books.example.co.ke"
  settings = {
    daraja_url       = "https://sandbox.safaricom.co.ke"
    daraja_shortcode = "174379"
  }
  secret_versions = { AUTH_SECRET = "1", CALLBACK_SECRET = "1", DARAJA_KEY = "1", DARAJA_SECRET = "1", DARAJA_PASSKEY = "1" }
  alert_emails    = ["ops@example.co.ke"]
}

run "one_host_in_front" {
  command = plan

  assert {
    condition     = output.public_url == "https://books.example.co.ke"
    error_message = "callers use the host"
  }
  assert {
    condition     = toset(keys(google_compute_backend_service.function)) == toset(keys(local.http_functions))
    error_message = "every HTTP function, and no other, is behind the load balancer"
  }
  assert {
    condition     = toset(flatten([for rule in google_compute_url_map.edge["edge"].path_matcher[0].path_rule : rule.paths])) == toset(flatten([for f in local.http_functions : [for p in f.trigger.paths : [p, "${p}/*"]]]))
    error_message = "every path of functions.json is routed"
  }
  assert {
    condition     = length([for rule in google_compute_security_policy.callbacks["edge"].rule : rule if rule.priority == 2147483647 && rule.action == "allow"]) == 1
    error_message = "without a list of sources, callbacks come from anywhere"
  }
  assert {
    condition     = length(setintersection(toset(["GEMINI_KEY", "SMS_KEY", "SENDGRID_KEY"]), toset(keys(google_secret_manager_secret.this)))) == 3
    error_message = "its place is made, so that it can be filled"
  }
  assert {
    condition     = !contains(keys(google_project_service.this), "generativelanguage.googleapis.com")
    error_message = "no key, no API"
  }
  assert {
    condition     = !contains(keys(google_project_service.this), "vision.googleapis.com")
    error_message = "receipts are read without Cloud Vision unless it is asked for"
  }
}

run "cloud_vision" {
  command = plan

  variables {
    settings = {
      daraja_url       = "https://sandbox.safaricom.co.ke"
      daraja_shortcode = "174379"
      vision_transport = "grpc"
    }
  }

  assert {
    condition     = contains(keys(google_project_service.this), "vision.googleapis.com")
    error_message = "its API is enabled with its setting"
  }
}

run "cloud_vision_over_something_else" {
  command = plan

  variables {
    settings = {
      daraja_url       = "https://sandbox.safaricom.co.ke"
      daraja_shortcode = "174379"
      vision_transport = "post"
    }
  }

  expect_failures = [var.settings]
}

run "no_load_balancer" {
  command = plan

  variables {
    load_balancer = false
    host          = null
  }

  assert {
    condition     = output.public_url == "https://ipn-123456789012.europe-west1.run.app"
    error_message = "callbacks go to the callback function's own address, which holds no forbidden word"
  }
  assert {
    condition     = length(google_compute_global_forwarding_rule.https) + length(google_compute_security_policy.api) + length(google_monitoring_uptime_check_config.ready) == 0
    error_message = "nothing of the edge is left, and nothing of it costs"
  }
}

run "a_list_of_callback_sources" {
  command = plan

  variables {
    armor = { callback_sources = [for n in range(12) : "196.201.${n}.0/24"] }
  }

  assert {
    condition     = length([for rule in google_compute_security_policy.callbacks["edge"].rule : rule if rule.action == "throttle"]) == 2
    error_message = "twelve ranges are two rules: a rule holds ten"
  }
  assert {
    condition     = length([for rule in google_compute_security_policy.callbacks["edge"].rule : rule if rule.priority == 2147483647 && rule.action == "deny(403)"]) == 1
    error_message = "everybody else is refused"
  }
  assert {
    condition     = length([for rule in google_compute_security_policy.api["edge"].rule : rule if rule.priority == 2147483647 && rule.action == "allow"]) == 1
    error_message = "the list is for callbacks only"
  }
}

run "asked_for" {
  command = plan

  variables {
    static_egress      = true
    callbacks_expected = true
    receipts           = { retention_days = 10, upload_origins = ["https://books.example.co.ke"] }
  }

  assert {
    condition     = google_compute_router_nat.egress[0].nat_ip_allocate_option == "MANUAL_ONLY"
    error_message = "the address is reserved"
  }
  assert {
    condition     = google_compute_subnetwork.egress[0].private_ip_google_access
    error_message = "Google's own services are reached without the NAT"
  }
  assert {
    condition     = google_storage_bucket.receipts.retention_policy[0].retention_period == "864000" && !google_storage_bucket.receipts.retention_policy[0].is_locked
    error_message = "kept, and never locked from here"
  }
  assert {
    condition     = google_storage_bucket.receipts.cors[0].method == tolist(["PUT"])
    error_message = "browsers may put, and nothing else"
  }
  assert {
    condition     = length(google_monitoring_alert_policy.silence) == 1
    error_message = "asked for, made"
  }
}

run "own_key" {
  command = plan

  variables {
    kms_key   = "projects/hesabu-keys/locations/europe-west1/keyRings/hesabu/cryptoKeys/data"
    analytics = true
  }

  assert {
    condition     = google_storage_bucket.receipts.encryption[0].default_kms_key_name == var.kms_key && google_firestore_database.main.cmek_config[0].kms_key_name == var.kms_key
    error_message = "bucket and database use the key"
  }
  assert {
    condition     = toset(keys(google_kms_crypto_key_iam_member.agent)) == toset(["artifactregistry", "bigquery", "firestore", "pubsub", "secretmanager", "storage"])
    error_message = "every service that stores something may use the key"
  }
}

run "mongodb_instead_of_firestore" {
  command = plan

  variables {
    secret_versions = { AUTH_SECRET = "1", CALLBACK_SECRET = "1", DARAJA_KEY = "1", DARAJA_SECRET = "1", DARAJA_PASSKEY = "1", STORE_URL = "1" }
  }

  assert {
    condition     = contains(keys(google_secret_manager_secret.this), "STORE_URL") && !contains(keys(local.environment), "STORE_URL")
    error_message = "the address with its password is a secret, and nowhere else"
  }
  assert {
    condition     = length(google_project_iam_member.database) == 0
    error_message = "nobody needs a right on Firestore"
  }
}

run "a_bucket_where_no_trigger_can_be" {
  command = plan

  variables { storage_location = "europe-west4" }

  expect_failures = [google_eventarc_trigger.bucket]
}
