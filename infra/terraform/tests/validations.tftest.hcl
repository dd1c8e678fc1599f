# Every rule about what may be configured, shown to refuse. Each variable in a run is wrong on its own, and each must
# say so; a run costs seconds, so wrong values share one.

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

run "wrong_places_and_words" {
  command = plan

  variables {
    host         = "mpesa.example.co.ke"                                                      # Daraja refuses the word
    settings     = { daraja_url = "https://daraja.example.com", daraja_shortcode = "600000" } # nobody's Daraja
    region       = "us-central1"
    database     = "(default)"
    egress_cidr  = "10.20.0.0/28" # too small
    alert_emails = []             # nobody to alarm
    armor        = { callback_sources = ["provider.example"] }
    receipts     = { upload_origins = ["*"] }
    runtime      = "python39"
    budget       = { billing_account = "mine", amount = 5 }

    secret_versions = { AUTH_SECRET = "1" } # required ones are missing
  }

  expect_failures = [
    var.host, var.settings, var.region, var.database, var.egress_cidr, var.alert_emails,
    var.armor, var.receipts, var.runtime, var.budget, var.secret_versions,
  ]
}

run "wrong_in_another_way" {
  command = plan

  variables {
    host               = "books.mySQL-hosting.co.ke"                                                 # any case, any place
    settings           = { daraja_url = "https://api.safaricom.co.ke", daraja_shortcode = "600000" } # real money in dev
    receipts           = { soft_delete_days = 1 }
    kms_key            = "projects/p/locations/us-east1/keyRings/r/cryptoKeys/k" # not where the data lies
    log_retention_days = 0
    project_id         = "Hesabu"

    secret_versions = { AUTH_SECRET = "1", CALLBACK_SECRET = "1", DARAJA_KEY = "1", DARAJA_SECRET = "1", DARAJA_PASSKEY = "1", PASSWORD = "1" }
  }

  expect_failures = [
    var.host, var.settings, var.receipts, var.kms_key, var.log_retention_days, var.project_id, var.secret_versions,
  ]
}

run "prod_protects_and_keeps" {
  command = plan

  variables {
    environment  = "prod"
    protect_data = false
    host         = null # and a load balancer needs a host
    settings     = { daraja_url = "https://sandbox.safaricom.co.ke", daraja_shortcode = "12" }
  }

  expect_failures = [var.protect_data, var.receipts, var.host, var.settings]
}

run "three_environments" {
  command = plan
  variables { environment = "test" }
  expect_failures = [var.environment]
}
