output "id" {
  description = "Full resource name of the topic."
  value       = google_pubsub_topic.this.id
}

output "name" {
  description = "Name of the topic."
  value       = google_pubsub_topic.this.name
}

output "subscriptions" {
  description = "Names of its push subscriptions."
  value       = sort([for s in google_pubsub_subscription.push : s.name])
}
