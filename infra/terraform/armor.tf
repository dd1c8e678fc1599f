# Two policies: the API's, and a narrower one for the one function that Daraja calls (/ipn).

locals {
  # Rule sets of Cloud Armor. Sensitivity 1 keeps what is almost certainly an attack; receipts and free text trip more.
  owasp = {
    sqli-v33-stable            = 2000
    xss-v33-stable             = 2010
    lfi-v33-stable             = 2020
    rce-v33-stable             = 2030
    protocolattack-v33-stable  = 2040
    sessionfixation-v33-stable = 2050
  }

  # A basic match holds ten ranges, an expression five conditions: so lists of ten, in the order given.
  callback_sources = chunklist(sort(distinct(var.armor.callback_sources)), 10)
}

resource "google_compute_security_policy" "api" {
  for_each = local.edge

  name        = "hesabu-api"
  description = "Rate limit for one address, known exploits refused, OWASP rules ${var.armor.enforce_owasp ? "enforced" : "in preview"}"

  rule {
    priority    = 1000
    action      = "deny(403)"
    description = "log4j and its kin"
    match {
      expr {
        expression = "evaluatePreconfiguredWaf('cve-canary', {'sensitivity': 1})"
      }
    }
  }

  dynamic "rule" {
    for_each = local.owasp
    content {
      priority    = rule.value
      action      = "deny(403)"
      description = rule.key
      preview     = !var.armor.enforce_owasp
      match {
        expr {
          # a mail holds whatever people write, HTML first; its address is a secret between SendGrid and us
          expression = "!request.path.startsWith('/v1/receipt-mail/inbound/') && evaluatePreconfiguredWaf('${rule.key}', {'sensitivity': 1})"
        }
      }
    }
  }

  rule {
    priority    = 3000
    action      = "throttle"
    description = "Requests a minute from one address"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = var.armor.requests_per_minute
        interval_sec = 60
      }
    }
  }

  rule {
    priority    = 2147483647
    action      = "allow"
    description = "Default"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  depends_on = [google_project_service.this]
}

# Safaricom calls from few addresses and does not repeat an STK callback that was refused, so its limit is high, and
# no OWASP rule may misread a payer's name. Who it really was is proven by asking Daraja, not by an address.
resource "google_compute_security_policy" "callbacks" {
  for_each = local.edge

  name        = "hesabu-callbacks"
  description = length(var.armor.callback_sources) == 0 ? "Callbacks from any address" : "Callbacks from listed addresses only"

  dynamic "rule" {
    for_each = length(local.callback_sources) == 0 ? [["*"]] : local.callback_sources
    content {
      priority    = 1000 + rule.key
      action      = "throttle"
      description = "Callbacks a minute from one address"
      match {
        versioned_expr = "SRC_IPS_V1"
        config {
          src_ip_ranges = rule.value
        }
      }
      rate_limit_options {
        conform_action = "allow"
        exceed_action  = "deny(429)"
        enforce_on_key = "IP"
        rate_limit_threshold {
          count        = var.armor.callback_requests_per_minute
          interval_sec = 60
        }
      }
    }
  }

  rule {
    priority    = 900
    action      = "deny(403)"
    description = "log4j and its kin"
    match {
      expr {
        expression = "evaluatePreconfiguredWaf('cve-canary', {'sensitivity': 1})"
      }
    }
  }

  rule {
    priority    = 2147483647
    action      = length(var.armor.callback_sources) == 0 ? "allow" : "deny(403)"
    description = "Default"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  depends_on = [google_project_service.this]
}
