# Functions log their measurements as JSON (metric, value, labels); infra/metrics.json names each once, for the embedded
# /metrics page, for these log-based metrics and for the dashboards.
locals {
  metrics = { for metric in jsondecode(file("${path.module}/../metrics.json")).metrics : metric.name => metric }
}

resource "google_logging_metric" "this" {
  for_each = local.metrics

  name        = each.key
  description = each.value.description
  filter      = "resource.type=\"cloud_run_revision\" AND jsonPayload.metric=\"${each.key}\""

  # Counters count lines. A log-based metric cannot be a gauge: its values are kept as a distribution, of which alerts
  # read the highest.
  value_extractor  = each.value.kind == "counter" ? null : "EXTRACT(jsonPayload.value)"
  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.labels.${label})" }

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = each.value.kind == "counter" ? "INT64" : "DISTRIBUTION"
    unit         = each.value.unit
    display_name = each.key

    dynamic "labels" {
      for_each = toset(each.value.labels)
      content {
        key        = labels.value
        value_type = "STRING"
      }
    }
  }

  dynamic "bucket_options" {
    for_each = each.value.kind == "counter" ? [] : [try(each.value.buckets, [])]
    content {
      dynamic "explicit_buckets" {
        for_each = length(bucket_options.value) == 0 ? [] : [bucket_options.value]
        content {
          bounds = explicit_buckets.value
        }
      }
      # Without bounds of its own: each twice the last, 1 to half a million.
      dynamic "exponential_buckets" {
        for_each = length(bucket_options.value) == 0 ? [1] : []
        content {
          num_finite_buckets = 20
          growth_factor      = 2
          scale              = 1
        }
      }
    }
  }

  depends_on = [google_project_service.this]
}

# An alert on a metric that Monitoring has not heard of yet is refused.
resource "time_sleep" "metrics_known" {
  create_duration = "30s"
  triggers        = { metrics = join(",", sort([for metric in google_logging_metric.this : metric.id])) }
}

resource "google_monitoring_dashboard" "this" {
  for_each = fileset("${path.module}/../dashboards", "cloud-monitoring*.json")

  dashboard_json = file("${path.module}/../dashboards/${each.key}")
  depends_on     = [time_sleep.metrics_known]
}

resource "google_monitoring_uptime_check_config" "ready" {
  for_each = local.edge

  display_name       = "hesabu ready"
  period             = "300s"
  timeout            = "10s"
  log_check_failures = true

  http_check {
    path         = "/ready" # Google's front end keeps some paths that end in z for itself
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project_id, host = var.host }
  }

  depends_on = [google_project_service.this]
}
