mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "fn-books@hesabu-test.iam.gserviceaccount.com"
      member = "serviceAccount:fn-books@hesabu-test.iam.gserviceaccount.com"
    }
  }
}

variables {
  project_id  = "hesabu-test"
  region      = "europe-west1"
  name        = "books"
  entry_point = "books"
  package     = { file = "main.tf", bucket = "hesabu-test-source" } # any file: its hash is what matters
  build       = { runtime = "python312", account = "projects/hesabu-test/serviceAccounts/build@hesabu-test.iam.gserviceaccount.com", repository = "projects/hesabu-test/locations/europe-west1/repositories/images" }
  service     = { memory = "256Mi", cpu = 1, timeout_seconds = 60, concurrency = 8, min_instances = 0, max_instances = 5, environment = { LOG_LEVEL = "INFO" } }
  ingress     = "ALLOW_INTERNAL_ONLY"
}

run "private_by_default" {
  command = plan

  assert {
    condition     = length(google_cloud_run_service_iam_member.invokes) == 0
    error_message = "nobody may call what nobody was named for"
  }
  assert {
    condition     = google_storage_bucket_object.package.name == "books-${filesha256("main.tf")}.zip"
    error_message = "the object's name holds the content's hash"
  }
}

run "public" {
  command = plan

  variables {
    public  = true
    ingress = "ALLOW_INTERNAL_AND_GCLB"
  }

  assert {
    condition     = google_cloud_run_service_iam_member.invokes["everybody"].member == "allUsers"
    error_message = "anybody may call"
  }
}

run "secrets_are_readable_by_this_account_only" {
  command = apply

  variables {
    secrets = { AUTH_SECRET = { id = "AUTH_SECRET", version = "3" } }
  }

  assert {
    condition     = google_secret_manager_secret_iam_member.reads["AUTH_SECRET"].member == "serviceAccount:fn-books@hesabu-test.iam.gserviceaccount.com"
    error_message = "the function's own account reads it"
  }
  assert {
    condition     = google_cloudfunctions2_function.this.service_config[0].secret_environment_variables[0].version == "3"
    error_message = "the version is fixed"
  }
}

run "refuses_latest" {
  command = plan
  variables {
    secrets = { AUTH_SECRET = { id = "AUTH_SECRET", version = "latest" } }
  }
  expect_failures = [var.secrets]
}

run "refuses_everybody_as_an_invoker" {
  command = plan
  variables {
    invokers = { caller = "allUsers" }
  }
  expect_failures = [var.invokers]
}

run "refuses_open_ingress_for_a_private_function" {
  command = plan
  variables { ingress = "ALLOW_ALL" }
  expect_failures = [var.ingress]
}

run "refuses_a_missing_zip" {
  command = plan
  variables {
    package = { file = "nowhere.zip", bucket = "hesabu-test-source" }
  }
  expect_failures = [var.package]
}

run "refuses_many_requests_on_half_a_cpu" {
  command = plan
  variables {
    service = { memory = "256Mi", cpu = 0.5, timeout_seconds = 60, concurrency = 8, min_instances = 0, max_instances = 5, environment = {} }
  }
  expect_failures = [var.service]
}
