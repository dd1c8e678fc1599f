resource "google_service_account" "runtime" {
  project      = var.project_id
  account_id   = "fn-${var.name}"
  display_name = "Runs ${var.entry_point}"
}

# The provider looks at the object's name only (terraform-provider-google#1938): with the content's hash in it, a
# changed zip is deployed and an unchanged one is not.
resource "google_storage_bucket_object" "package" {
  bucket = var.package.bucket
  name   = "${var.entry_point}-${filesha256(var.package.file)}.zip"
  source = var.package.file

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_cloudfunctions2_function" "this" {
  project     = var.project_id
  location    = var.region
  name        = var.name
  description = var.description
  labels      = var.labels

  build_config {
    runtime           = var.build.runtime
    entry_point       = var.entry_point
    service_account   = var.build.account
    docker_repository = var.build.repository

    # Google rebuilds on the newest patch of the base image without being asked.
    automatic_update_policy {}

    source {
      storage_source {
        bucket = google_storage_bucket_object.package.bucket
        object = google_storage_bucket_object.package.name
      }
    }
  }

  service_config {
    available_memory                 = var.service.memory
    available_cpu                    = tostring(var.service.cpu)
    timeout_seconds                  = var.service.timeout_seconds
    max_instance_request_concurrency = var.service.concurrency
    min_instance_count               = var.service.min_instances
    max_instance_count               = var.service.max_instances
    ingress_settings                 = var.ingress
    all_traffic_on_latest_revision   = !var.hold_traffic
    service_account_email            = google_service_account.runtime.email
    environment_variables            = var.service.environment
    direct_vpc_egress                = var.network == null ? null : "VPC_EGRESS_ALL_TRAFFIC"

    dynamic "direct_vpc_network_interface" {
      for_each = var.network == null ? [] : [var.network]
      content {
        network    = direct_vpc_network_interface.value.network
        subnetwork = direct_vpc_network_interface.value.subnetwork
      }
    }

    dynamic "secret_environment_variables" {
      for_each = var.secrets
      content {
        key        = secret_environment_variables.key
        project_id = var.project_id
        secret     = secret_environment_variables.value.id
        version    = secret_environment_variables.value.version
      }
    }
  }

  # The first revision starts only if it may read its secrets.
  depends_on = [google_secret_manager_secret_iam_member.reads]
}
