# One host for all public functions: HTTPS load balancer, managed certificate, paths from functions.json.

locals {
  edge = var.load_balancer ? toset(["edge"]) : toset([])

  # Answers for paths nobody owns (its router says 404 as the API does) and for /ready, which the uptime check asks: it is kept warm.
  front_function = "stk_push"

  edge_functions = var.load_balancer ? local.http_functions : {}
}

resource "google_compute_global_address" "edge" {
  for_each = local.edge

  name       = "hesabu-edge"
  depends_on = [google_project_service.this]
}

resource "google_compute_region_network_endpoint_group" "function" {
  for_each = local.edge_functions

  name                  = "hesabu-${local.cloud_names[each.key]}"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = module.function[each.key].name
  }
}

resource "google_compute_backend_service" "function" {
  for_each = local.edge_functions

  name                  = "hesabu-${local.cloud_names[each.key]}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy = (
    contains(keys(local.callback_functions), each.key)
    ? google_compute_security_policy.callbacks["edge"].id
    : google_compute_security_policy.api["edge"].id
  )
  custom_response_headers = ["Strict-Transport-Security: max-age=31536000; includeSubDomains"]

  backend {
    group = google_compute_region_network_endpoint_group.function[each.key].id
  }

  # One request in ten shows attacks well enough. Callback addresses are signed, so they stay out of the log.
  log_config {
    enable      = !contains(keys(local.callback_functions), each.key)
    sample_rate = contains(keys(local.callback_functions), each.key) ? null : 0.1
  }
}

resource "google_compute_url_map" "edge" {
  for_each = local.edge

  name            = "hesabu-edge"
  default_service = google_compute_backend_service.function[local.front_function].id

  host_rule {
    hosts        = [var.host]
    path_matcher = "functions"
  }

  path_matcher {
    name            = "functions"
    default_service = google_compute_backend_service.function[local.front_function].id

    # The path is not stripped: a function sees the whole of it, here as in the embedded gateway.
    dynamic "path_rule" {
      for_each = local.edge_functions
      content {
        paths   = flatten([for path in path_rule.value.trigger.paths : [path, "${path}/*"]])
        service = google_compute_backend_service.function[path_rule.key].id
      }
    }
  }
}

resource "google_compute_managed_ssl_certificate" "edge" {
  for_each = local.edge

  # A certificate in use cannot be changed: another host is another certificate, made before the old one goes.
  name = "hesabu-${substr(sha256(coalesce(var.host, "none")), 0, 8)}"

  managed {
    domains = [var.host]
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_project_service.this]
}

resource "google_compute_ssl_policy" "edge" {
  for_each = local.edge

  name            = "hesabu-edge"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"

  depends_on = [google_project_service.this]
}

resource "google_compute_target_https_proxy" "edge" {
  for_each = local.edge

  name             = "hesabu-edge"
  url_map          = google_compute_url_map.edge["edge"].id
  ssl_certificates = [google_compute_managed_ssl_certificate.edge["edge"].id]
  ssl_policy       = google_compute_ssl_policy.edge["edge"].id
}

resource "google_compute_global_forwarding_rule" "https" {
  for_each = local.edge

  name                  = "hesabu-https"
  target                = google_compute_target_https_proxy.edge["edge"].id
  ip_address            = google_compute_global_address.edge["edge"].id
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}

# A person who types the host without https is sent on; nothing is ever served in the clear.
resource "google_compute_url_map" "redirect" {
  for_each = local.edge

  name = "hesabu-redirect"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }

  depends_on = [google_project_service.this]
}

resource "google_compute_target_http_proxy" "redirect" {
  for_each = local.edge

  name    = "hesabu-redirect"
  url_map = google_compute_url_map.redirect["edge"].id
}

resource "google_compute_global_forwarding_rule" "redirect" {
  for_each = local.edge

  name                  = "hesabu-redirect"
  target                = google_compute_target_http_proxy.redirect["edge"].id
  ip_address            = google_compute_global_address.edge["edge"].id
  port_range            = "80"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}
