mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "mock@hesabu-test.iam.gserviceaccount.com"
      member = "serviceAccount:mock@hesabu-test.iam.gserviceaccount.com"
    }
  }
  mock_resource "google_pubsub_topic" {
    defaults = { id = "projects/hesabu-test/topics/report.ready.v1" }
  }
  mock_resource "google_cloudfunctions2_function" {
    defaults = { service_config = { uri = "https://export-123456789012.europe-west1.run.app" } }
  }
}

variables {
  project_id     = "hesabu-test"
  project_number = "123456789012"
  package_file   = "main.tf" # any file
}

run "delivers_to_the_function" {
  command = apply

  assert {
    condition     = output.url == "https://export-123456789012.europe-west1.run.app"
    error_message = "the function has an address"
  }
  assert {
    condition     = module.reports.subscriptions == tolist(["export.report.ready.v1"])
    error_message = "its events reach it"
  }
}
