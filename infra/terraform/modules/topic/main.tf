resource "google_pubsub_topic" "this" {
  name                       = var.name
  kms_key_name               = var.kms_key
  labels                     = var.labels
  message_retention_duration = "${var.retention_days * 86400}s"

  message_storage_policy {
    allowed_persistence_regions = var.regions
  }
}

resource "google_pubsub_topic_iam_member" "publishes" {
  for_each = var.publishers

  topic  = google_pubsub_topic.this.id
  role   = "roles/pubsub.publisher"
  member = each.value
}

# An explicit push subscription: on the one that an Eventarc trigger makes, neither dead letters nor the acknowledgement
# deadline can be set (terraform-provider-google#25069, #17701), and failed events vanish after a day.
resource "google_pubsub_subscription" "push" {
  for_each = var.subscriptions

  name                       = each.key
  topic                      = google_pubsub_topic.this.id
  labels                     = var.labels
  ack_deadline_seconds       = each.value.ack_seconds
  message_retention_duration = "${var.retention_days * 86400}s"
  enable_message_ordering    = true # the ordering key is the business

  push_config {
    push_endpoint = each.value.endpoint

    oidc_token {
      service_account_email = each.value.caller_email
      audience              = each.value.endpoint
    }

    # The body is the message as published, a structured CloudEvent; attributes become headers.
    no_wrapper {
      write_metadata = true
    }
  }

  retry_policy {
    minimum_backoff = "${var.delivery.min_backoff_seconds}s"
    maximum_backoff = "${var.delivery.max_backoff_seconds}s"
  }

  dead_letter_policy {
    dead_letter_topic     = var.delivery.dead_letter_topic
    max_delivery_attempts = var.delivery.max_attempts
  }

  # Idle for a month is no reason to vanish.
  expiration_policy {
    ttl = ""
  }
}

# To move a message to the dead letters, Pub/Sub's own account acknowledges it here.
resource "google_pubsub_subscription_iam_member" "agent_moves" {
  for_each = google_pubsub_subscription.push

  subscription = each.value.name
  role         = "roles/pubsub.subscriber"
  member       = var.pubsub_agent
}
