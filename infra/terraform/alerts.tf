# What wakes a person, and what that person should look at. Thresholds on what the platform measures by itself come
# first, then those on Hesabu's own metrics (metrics.json); an alert whose metric is not declared there is an error.

locals {
  run    = "resource.type=\"cloud_run_revision\" AND metric.type=\"run.googleapis.com"
  ours   = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user"
  pubsub = "resource.type=\"pubsub_subscription\" AND metric.type=\"pubsub.googleapis.com/subscription"

  callback_service = local.cloud_names[local.callback_function]
  http_services    = join("|", sort([for name in keys(local.http_functions) : local.cloud_names[name]]))

  platform_alerts = {
    callback-errors = {
      title     = "Callbacks answered with an error"
      severity  = "CRITICAL"
      filter    = "${local.run}/request_count\" AND resource.label.service_name=\"${local.callback_service}\" AND metric.label.response_code_class=\"5xx\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = 0
      says      = "Daraja does not repeat an STK callback. The sweep asks for the result of each attempt instead, so no money is lost, but payers wait. Read this function's logs; roll back if a deploy came just before."
    }
    errors = {
      title     = "A function fails again and again"
      severity  = "ERROR"
      filter    = "${local.run}/request_count\" AND metric.label.response_code_class=\"5xx\""
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      group_by  = ["resource.label.service_name"]
      threshold = 20
      says      = "Events that failed are delivered again with growing waits and end in dead-letters; HTTP callers were told to try again. Read the logs of the service named here."
    }
    latency = {
      title     = "Answers take long (95th percentile over 3 s)"
      severity  = "WARNING"
      filter    = "${local.run}/request_latencies\" AND resource.label.service_name=monitoring.regex.full_match(\"${local.http_services}\")"
      aligner   = "ALIGN_PERCENTILE_95"
      reducer   = "REDUCE_MAX"
      group_by  = ["resource.label.service_name"]
      threshold = 3000
      duration  = "600s"
      says      = "Look at hesabu_provider_call_seconds and hesabu_commit_seconds first: it is mostly a provider or contention on one document. Cold starts: set keep_warm = true."
    }
    dead-letters = {
      title     = "Messages in dead-letters"
      severity  = "ERROR"
      filter    = "${local.pubsub}/num_undelivered_messages\" AND resource.label.subscription_id=\"${local.dead_letters}\""
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_SUM"
      threshold = 0
      says      = "An event could not be handled in ${local.delivery.max_attempts} attempts. It waits 31 days in the subscription ${local.dead_letters}: mend the cause, then publish it again to the topic in its CloudPubSubDeadLetterSourceTopic attributes."
    }
    oldest-unacked = {
      title     = "Events wait for more than 15 minutes"
      severity  = "ERROR"
      filter    = "${local.pubsub}/oldest_unacked_message_age\" AND resource.label.subscription_id!=\"${local.dead_letters}\""
      aligner   = "ALIGN_MAX"
      reducer   = "REDUCE_MAX"
      group_by  = ["resource.label.subscription_id"]
      threshold = 900
      says      = "The function named before the first dot of the subscription does not keep up, or answers errors. With ordering, one failing event holds back its business."
    }
  }

  product_alerts = {
    stuck-attempts = {
      metric    = "hesabu_stuck_attempts"
      title     = "Attempts to collect without an end for half an hour"
      severity  = "ERROR"
      aligner   = "ALIGN_PERCENTILE_99"
      reducer   = "REDUCE_MAX"
      threshold = 1
      duration  = "600s"
      says      = "Daraja gives no answer about these payments. They are asked about until they end; look at Daraja's status, then at hesabu_provider_calls_total."
    }
    stuck-payouts = {
      metric    = "hesabu_stuck_payouts"
      labels    = { awaiting = "provider" }
      title     = "Payouts whose end nobody knows for an hour"
      severity  = "ERROR"
      aligner   = "ALIGN_PERCENTILE_99"
      reducer   = "REDUCE_MAX"
      threshold = 1
      duration  = "600s"
      says      = "The money may have left. They are asked about for a day, then a person decides each in the review queue; look at Daraja's status and at what it calls back, and never send one again by hand."
    }
    unapproved-payouts = {
      metric    = "hesabu_stuck_payouts"
      labels    = { awaiting = "approval" }
      title     = "Payouts wait for approval for a day"
      severity  = "WARNING"
      aligner   = "ALIGN_PERCENTILE_99"
      reducer   = "REDUCE_MAX"
      threshold = 1
      says      = "Those who may approve were told when each was asked for and the morning after. The collection messages says who was told; a business with one person has nobody else who could approve."
    }
    unmatched-age = {
      metric    = "hesabu_unmatched_age_seconds"
      title     = "A payment waits for two days to be matched"
      severity  = "WARNING"
      aligner   = "ALIGN_PERCENTILE_99"
      reducer   = "REDUCE_MAX"
      threshold = 172800
      says      = "The label says why: not looked at by the engine (reconcile fails: see its logs), or in the review queue of a business whose people do not look there."
    }
    buried = {
      metric    = "hesabu_dead_letters_total"
      title     = "Events refused for good"
      severity  = "ERROR"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      group_by  = ["metric.label.function", "metric.label.code"]
      threshold = 0
      says      = "Each is kept in the collection dead_letters with the event and the reason."
    }
    forged-callbacks = {
      metric    = "hesabu_callbacks_total"
      labels    = { outcome = "refused" }
      title     = "Somebody forges callbacks"
      severity  = "WARNING"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = 20
      says      = "Requests to callback addresses with a wrong signature; none was believed. Give armor.callback_sources the ranges Safaricom names for your shortcode."
    }
    sweep-failures = {
      metric    = "hesabu_sweep_failures_total"
      title     = "The sweep cannot finish a business"
      severity  = "WARNING"
      aligner   = "ALIGN_DELTA"
      reducer   = "REDUCE_SUM"
      threshold = 5
      says      = "What was left in that business's outbox and what is pending waits. The sweep's logs name the business."
    }
  }

  alerts = merge(local.platform_alerts, {
    for name, alert in local.product_alerts : name => merge(alert, {
      filter = join(" AND ", concat(
        ["${local.ours}/${alert.metric}\""],
        [for label, value in try(alert.labels, {}) : "metric.label.${label}=\"${value}\""],
      ))
    })
  })
}

resource "google_monitoring_notification_channel" "email" {
  for_each = toset(var.alert_emails)

  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }
  depends_on   = [google_project_service.this]
}

resource "google_monitoring_alert_policy" "threshold" {
  for_each = local.alerts

  display_name          = "Hesabu: ${each.value.title}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
  user_labels           = { alert = each.key }

  conditions {
    display_name = each.value.title
    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.threshold
      duration        = try(each.value.duration, "0s")
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = each.value.reducer
        group_by_fields      = try(each.value.group_by, [])
      }
      trigger {
        count = 1
      }
    }
  }

  documentation {
    content = each.value.says
  }

  alert_strategy {
    auto_close = "86400s"
  }

  lifecycle {
    precondition {
      condition     = !can(each.value.metric) || contains(keys(local.metrics), try(each.value.metric, ""))
      error_message = "metrics.json does not declare ${try(each.value.metric, "")}, which the alert ${each.key} watches."
    }
  }

  depends_on = [time_sleep.metrics_known]
}

# The timer is watched by what it should have caused: a missing tick leaves no error behind.
resource "google_monitoring_alert_policy" "timer" {
  for_each = local.scheduled_functions

  display_name          = "Hesabu: ${each.key} has not run for 10 minutes"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
  user_labels           = { alert = "timer" }

  conditions {
    display_name = "no successful run"
    condition_absent {
      filter   = "${local.run}/request_count\" AND resource.label.service_name=\"${local.cloud_names[each.key]}\" AND metric.label.response_code_class=\"2xx\""
      duration = "600s"
      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
      trigger {
        count = 1
      }
    }
  }

  documentation {
    content = "Pending payments are not asked about and the outbox is not relayed. Look at the job in Cloud Scheduler (paused? permission?), then at the function's logs."
  }

  depends_on = [module.function, google_project_service.this]
}

resource "google_monitoring_alert_policy" "uptime" {
  for_each = local.edge

  display_name          = "Hesabu: not ready from outside"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
  user_labels           = { alert = "uptime" }

  conditions {
    display_name = "uptime check fails in two places"
    condition_threshold {
      filter          = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.label.check_id=\"${google_monitoring_uptime_check_config.ready["edge"].uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "300s"
      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
      trigger {
        count = 1
      }
    }
  }

  documentation {
    content = "The certificate, the load balancer, or the store behind /ready. The answer of https://${coalesce(var.host, "HOST")}/ready names what is missing."
  }
}

# Monday to Saturday, 9 to 18 in Nairobi, an hour without any callback. Only a query can look at the clock.
resource "google_monitoring_alert_policy" "silence" {
  for_each = var.callbacks_expected ? toset(["silence"]) : toset([])

  display_name          = "Hesabu: no callback for an hour in business hours"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
  user_labels           = { alert = "silence" }

  conditions {
    display_name = "no callback received"
    condition_prometheus_query_language {
      evaluation_interval       = "300s"
      duration                  = "300s"
      disable_metric_validation = true # before the first callback the metric has no series
      query                     = <<-PROMQL
        ((sum(increase(logging_googleapis_com:user_hesabu_callbacks_total{monitored_resource="cloud_run_revision",outcome="received"}[1h])) or vector(0)) < 1)
        and on() (hour(vector(time() + 10800)) >= 9 < 18)
        and on() (day_of_week(vector(time() + 10800)) > 0)
      PROMQL
    }
  }

  documentation {
    content = "Daraja calls nobody, or cannot reach us: is the host's certificate valid, are the addresses still registered, does Cloud Armor refuse them (security policy hesabu-callbacks)?"
  }

  depends_on = [time_sleep.metrics_known]
}
