output "public_url" {
  description = "Where callers and Daraja reach Hesabu."
  value       = local.public_url
}

output "address" {
  description = "What the host's A record must hold."
  value       = one([for address in google_compute_global_address.edge : address.address])
}

output "egress_address" {
  description = "The address Daraja sees, with static_egress."
  value       = one(google_compute_address.egress[*].address)
}

output "function_urls" {
  description = "Each function's own address."
  value       = { for name, f in module.function : name => f.uri }
}

output "services" {
  description = "Each function's Cloud Run service, for tools/rollout.py."
  value       = local.cloud_names
}

output "packages" {
  description = "The uploaded zip of each function; its name holds the content's hash."
  value       = { for name, f in module.function : name => f.object }
}

output "topics" {
  description = "Topics by event type."
  value       = { for name, topic in module.topic : name => topic.id }
}

output "subscriptions" {
  description = "Push subscriptions."
  value       = sort(flatten([for topic in module.topic : topic.subscriptions]))
}

output "receipts_bucket" {
  description = "Where receipt photos land."
  value       = google_storage_bucket.receipts.name
}

output "database" {
  description = "Full resource name of the database."
  value       = google_firestore_database.main.id
}

output "service_accounts" {
  description = "Each function's own account."
  value       = { for name, f in module.function : name => f.email }
}

output "secrets" {
  description = "Secrets to fill, and where each value comes from."
  value       = { for name, s in local.secrets : name => s.made_by }
}
