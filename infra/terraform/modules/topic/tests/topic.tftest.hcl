mock_provider "google" {
  mock_resource "google_pubsub_topic" {
    defaults = { id = "projects/hesabu-test/topics/payment.settled.v1" }
  }
}

variables {
  name           = "payment.settled.v1"
  regions        = ["europe-west1"]
  retention_days = 7
  pubsub_agent   = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
  delivery       = { max_attempts = 8, min_backoff_seconds = 10, max_backoff_seconds = 600, dead_letter_topic = "projects/hesabu-test/topics/dead-letters" }
  publishers     = { settle = "serviceAccount:fn-settle@hesabu-test.iam.gserviceaccount.com" }
  subscriptions = {
    "reconcile.payment.settled.v1" = { endpoint = "https://reconcile.example.run.app", caller_email = "call-reconcile@hesabu-test.iam.gserviceaccount.com", ack_seconds = 120 }
  }
}

run "delivers" {
  command = apply

  assert {
    condition     = google_pubsub_subscription.push["reconcile.payment.settled.v1"].push_config[0].no_wrapper[0].write_metadata
    error_message = "the message arrives as published, attributes as headers"
  }
  assert {
    condition     = google_pubsub_subscription.push["reconcile.payment.settled.v1"].push_config[0].oidc_token[0].audience == "https://reconcile.example.run.app"
    error_message = "the token is for this function"
  }
  assert {
    condition     = google_pubsub_subscription.push["reconcile.payment.settled.v1"].expiration_policy[0].ttl == ""
    error_message = "it never expires"
  }
  assert {
    condition     = google_pubsub_subscription_iam_member.agent_moves["reconcile.payment.settled.v1"].role == "roles/pubsub.subscriber"
    error_message = "without it Pub/Sub cannot move a message to the dead letters"
  }
  assert {
    condition     = output.subscriptions == tolist(["reconcile.payment.settled.v1"])
    error_message = "the subscription is told"
  }
}

run "refuses_a_name_without_a_version" {
  command = plan
  variables { name = "payments" }
  expect_failures = [var.name]
}

run "refuses_two_attempts" {
  command = plan
  variables {
    delivery = { max_attempts = 2, min_backoff_seconds = 10, max_backoff_seconds = 600, dead_letter_topic = "projects/hesabu-test/topics/dead-letters" }
  }
  expect_failures = [var.delivery]
}

run "refuses_to_wait_longer_than_pubsub_can" {
  command = plan
  variables {
    subscriptions = { a = { endpoint = "https://a.example.run.app", caller_email = "a@hesabu-test.iam.gserviceaccount.com", ack_seconds = 900 } }
  }
  expect_failures = [var.subscriptions]
}
