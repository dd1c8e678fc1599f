# One fixed address for calls to Daraja, for those whose contract asks for it.

resource "google_compute_network" "egress" {
  count = var.static_egress ? 1 : 0

  name                    = "hesabu-egress"
  auto_create_subnetworks = false

  depends_on = [google_project_service.this]
}

resource "google_compute_subnetwork" "egress" {
  count = var.static_egress ? 1 : 0

  name                     = "hesabu-egress"
  region                   = var.region
  network                  = google_compute_network.egress[0].id
  ip_cidr_range            = var.egress_cidr
  private_ip_google_access = true # Firestore and Pub/Sub are reached without the NAT

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "EXCLUDE_ALL_METADATA"
  }
}

resource "google_compute_address" "egress" {
  count = var.static_egress ? 1 : 0

  name       = "hesabu-egress"
  region     = var.region
  depends_on = [google_project_service.this]
}

resource "google_compute_router" "egress" {
  count = var.static_egress ? 1 : 0

  name    = "hesabu-egress"
  region  = var.region
  network = google_compute_network.egress[0].id
}

resource "google_compute_router_nat" "egress" {
  count = var.static_egress ? 1 : 0

  name                               = "hesabu-egress"
  region                             = var.region
  router                             = google_compute_router.egress[0].name
  nat_ip_allocate_option             = "MANUAL_ONLY"
  nat_ips                            = [google_compute_address.egress[0].id]
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"

  subnetwork {
    name                    = google_compute_subnetwork.egress[0].id
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}

# Nothing listens inside; say so, rather than rely on the implied rule.
resource "google_compute_firewall" "egress_no_ingress" {
  count = var.static_egress ? 1 : 0

  name      = "hesabu-egress-no-ingress"
  network   = google_compute_network.egress[0].id
  direction = "INGRESS"
  priority  = 65534

  source_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "all"
  }
}
