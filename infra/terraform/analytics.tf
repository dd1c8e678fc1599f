# Every event once more, into a table: who wants to count months later need not read the books. Events hold ids, never
# names, phones or amounts.

resource "google_bigquery_dataset" "events" {
  for_each = var.analytics ? toset(["events"]) : toset([])

  dataset_id                 = "hesabu_events"
  location                   = local.storage_location
  description                = "Events as they were published"
  delete_contents_on_destroy = !var.protect_data

  dynamic "default_encryption_configuration" {
    for_each = var.kms_key == null ? [] : [var.kms_key]
    content {
      kms_key_name = default_encryption_configuration.value
    }
  }

  depends_on = [google_project_service.this]
}

resource "google_bigquery_table" "events" {
  for_each = google_bigquery_dataset.events

  dataset_id          = each.value.dataset_id
  table_id            = "events"
  deletion_protection = var.protect_data

  dynamic "encryption_configuration" {
    for_each = var.kms_key == null ? [] : [var.kms_key]
    content {
      kms_key_name = encryption_configuration.value
    }
  }

  time_partitioning {
    type  = "DAY"
    field = "publish_time"
  }

  # The columns a BigQuery subscription writes, with the CloudEvent itself as JSON.
  schema = jsonencode([
    { name = "subscription_name", type = "STRING", mode = "NULLABLE" },
    { name = "message_id", type = "STRING", mode = "NULLABLE" },
    { name = "publish_time", type = "TIMESTAMP", mode = "NULLABLE" },
    { name = "data", type = "JSON", mode = "NULLABLE" },
    { name = "attributes", type = "JSON", mode = "NULLABLE" },
  ])
}

resource "google_bigquery_table_iam_member" "agent_writes" {
  for_each = google_bigquery_table.events

  dataset_id = each.value.dataset_id
  table_id   = each.value.table_id
  role       = "roles/bigquery.dataEditor"
  member     = local.pubsub_agent
}

resource "google_pubsub_subscription" "analytics" {
  for_each = var.analytics ? local.topics : toset([])

  name  = "analytics.${each.key}"
  topic = module.topic[each.key].id

  bigquery_config {
    table          = "${var.project_id}.${google_bigquery_table.events["events"].dataset_id}.${google_bigquery_table.events["events"].table_id}"
    write_metadata = true
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letters.id
    max_delivery_attempts = local.delivery.max_attempts
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [google_bigquery_table_iam_member.agent_writes]
}

resource "google_pubsub_subscription_iam_member" "agent_moves_analytics" {
  for_each = google_pubsub_subscription.analytics

  subscription = each.value.name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}
