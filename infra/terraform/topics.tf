module "topic" {
  source   = "./modules/topic"
  for_each = local.topics

  name           = each.key
  regions        = [var.region]
  retention_days = local.delivery.retention_days
  kms_key        = var.kms_key
  pubsub_agent   = local.pubsub_agent
  labels         = { event = replace(each.key, ".", "-") }

  publishers = {
    for name, f in local.functions : name => module.function[name].member if contains(f.publishes, each.key)
  }
  subscriptions = {
    for key, s in local.subscriptions : key => {
      endpoint     = module.function[s.function].uri
      caller_email = google_service_account.caller[s.function].email
      ack_seconds  = s.ack_seconds
    } if s.topic == each.key
  }
  delivery = {
    max_attempts        = local.delivery.max_attempts
    min_backoff_seconds = local.delivery.min_backoff_seconds
    max_backoff_seconds = local.delivery.max_backoff_seconds
    dead_letter_topic   = google_pubsub_topic.dead_letters.id
  }

  depends_on = [google_kms_crypto_key_iam_member.agent]
}

resource "google_pubsub_topic" "dead_letters" {
  name                       = local.delivery.dead_letter_topic
  kms_key_name               = var.kms_key
  message_retention_duration = "2678400s" # 31 days, the most there is

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agent]
}

# A dead letter topic without a subscription loses what it gets, and a subscription without ttl ends after 31 idle days.
resource "google_pubsub_subscription" "dead_letters" {
  name                       = local.dead_letters
  topic                      = google_pubsub_topic.dead_letters.id
  ack_deadline_seconds       = 600
  message_retention_duration = "2678400s"

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_member" "agent_buries" {
  topic  = google_pubsub_topic.dead_letters.id
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}

# Pub/Sub signs each push as the function's caller. The service agent's own role has held this since April 2021;
# projects older than that need it said.
resource "google_service_account_iam_member" "agent_signs" {
  for_each = local.listening_functions

  service_account_id = google_service_account.caller[each.key].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = local.pubsub_agent
}
