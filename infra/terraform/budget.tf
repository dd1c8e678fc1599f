resource "google_billing_budget" "monthly" {
  for_each = var.budget == null ? {} : { monthly = var.budget }

  billing_account = each.value.billing_account
  display_name    = "hesabu ${var.environment}"

  budget_filter {
    projects        = ["projects/${local.project_number}"]
    calendar_period = "MONTH"
  }

  amount {
    specified_amount {
      currency_code = each.value.currency
      units         = tostring(floor(each.value.amount))
    }
  }

  threshold_rules {
    threshold_percent = 0.5
  }
  threshold_rules {
    threshold_percent = 0.9
  }
  threshold_rules {
    threshold_percent = 1.0
  }
  threshold_rules {
    threshold_percent = 1.0
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = [for channel in google_monitoring_notification_channel.email : channel.id]
  }

  depends_on = [google_project_service.this]
}
