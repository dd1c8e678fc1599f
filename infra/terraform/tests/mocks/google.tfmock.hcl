# Terraform fills a mock's computed strings with random letters and the provider still checks them: what must look like
# an account or a number is given here.

mock_data "google_project" {
  defaults = { number = "123456789012" }
}

mock_data "google_storage_project_service_account" {
  defaults = {
    email_address = "service-123456789012@gs-project-accounts.iam.gserviceaccount.com"
    member        = "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com"
  }
}

mock_data "google_bigquery_default_service_account" {
  defaults = {
    email  = "bq-123456789012@bigquery-encryption.iam.gserviceaccount.com"
    member = "serviceAccount:bq-123456789012@bigquery-encryption.iam.gserviceaccount.com"
  }
}

mock_resource "google_service_account" {
  defaults = {
    name   = "projects/hesabu-test/serviceAccounts/mock@hesabu-test.iam.gserviceaccount.com"
    id     = "projects/hesabu-test/serviceAccounts/mock@hesabu-test.iam.gserviceaccount.com"
    email  = "mock@hesabu-test.iam.gserviceaccount.com"
    member = "serviceAccount:mock@hesabu-test.iam.gserviceaccount.com"
  }
}

mock_resource "google_project_service_identity" {
  defaults = { email = "service-123456789012@gcp-sa-mock.iam.gserviceaccount.com" }
}

mock_resource "google_cloudfunctions2_function" {
  defaults = {
    url            = "https://mock.example.run.app"
    service_config = { uri = "https://mock-123456789012.europe-west1.run.app" }
  }
}

mock_resource "google_pubsub_topic" {
  defaults = { id = "projects/hesabu-test/topics/mock" }
}
