output "name" {
  description = "Name of the function and of its Cloud Run service."
  value       = google_cloudfunctions2_function.this.name
}

output "uri" {
  description = "Its own address (run.app); also the audience of tokens for it."
  value       = google_cloudfunctions2_function.this.service_config[0].uri
}

output "account_id" {
  description = "Full resource name of its service account."
  value       = google_service_account.runtime.name
}

output "email" {
  description = "Its service account's e-mail."
  value       = google_service_account.runtime.email
}

output "member" {
  description = "Its service account as an IAM member."
  value       = google_service_account.runtime.member
}

output "object" {
  description = "The uploaded zip, with its hash."
  value       = google_storage_bucket_object.package.name
}
