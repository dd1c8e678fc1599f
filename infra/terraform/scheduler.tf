# Scheduler speaks to the function as the bus does: one structured CloudEvent in the body. Every tick says the same;
# what is due is in the store, and a tick too many finds nothing to do.
locals {
  tick = {
    for name, f in local.scheduled_functions : name => jsonencode({
      specversion     = "1.0"
      id              = "tick-${local.cloud_names[name]}"
      source          = "//cloudscheduler.googleapis.com"
      type            = f.trigger.type
      subject         = "timer"
      time            = "2026-01-01T00:00:00.000Z"
      business        = "system"
      datacontenttype = "application/json"
      data            = {}
    })
  }
}

resource "google_cloud_scheduler_job" "tick" {
  for_each = local.scheduled_functions

  name             = local.cloud_names[each.key]
  description      = each.value.description
  region           = coalesce(var.scheduler_region, var.region)
  schedule         = each.value.trigger.cron
  time_zone        = "Africa/Nairobi"
  attempt_deadline = "${each.value.timeout_seconds}s"

  # The next tick is the retry.
  retry_config {
    retry_count = 0
  }

  http_target {
    uri         = module.function[each.key].uri
    http_method = "POST"
    headers     = { "Content-Type" = "application/cloudevents+json; charset=utf-8" }
    body        = base64encode(local.tick[each.key])

    oidc_token {
      service_account_email = google_service_account.caller[each.key].email
      audience              = module.function[each.key].uri
    }
  }

  depends_on = [google_project_service.this]
}
