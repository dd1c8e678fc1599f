module "function" {
  source   = "./modules/function"
  for_each = local.functions

  project_id  = var.project_id
  region      = var.region
  name        = local.cloud_names[each.key]
  entry_point = each.key
  description = each.value.description
  labels      = { function = each.key }

  package = {
    file   = "${var.package_folder}/${each.key}.zip"
    bucket = google_storage_bucket.source.name
  }
  build = {
    runtime    = var.runtime
    account    = google_service_account.build.id
    repository = google_artifact_registry_repository.images.id
  }
  service = {
    memory          = each.value.memory
    cpu             = each.value.cpu
    timeout_seconds = each.value.timeout_seconds
    concurrency     = each.value.concurrency
    min_instances   = var.keep_warm ? each.value.min_instances : 0
    max_instances   = each.value.max_instances
    # gunicorn would take 4 threads a CPU, whatever the concurrency
    environment = merge(local.environment, { THREADS = tostring(each.value.concurrency) })
  }
  secrets = {
    for name in concat(each.value.secrets, ["STORE_URL"]) : name => {
      id      = google_secret_manager_secret.this[name].secret_id
      version = var.secret_versions[name]
    } if contains(keys(var.secret_versions), name)
  }

  public   = contains(keys(local.http_functions), each.key)
  ingress  = !contains(keys(local.http_functions), each.key) ? "ALLOW_INTERNAL_ONLY" : var.load_balancer ? "ALLOW_INTERNAL_AND_GCLB" : "ALLOW_ALL"
  invokers = contains(keys(local.private_functions), each.key) ? { caller = google_service_account.caller[each.key].member } : {}

  hold_traffic = var.hold_traffic

  # Only who talks to Daraja needs the address that Safaricom may have on a list.
  network = var.static_egress && contains(each.value.secrets, "DARAJA_KEY") ? {
    network    = one(google_compute_network.egress[*].id)
    subnetwork = one(google_compute_subnetwork.egress[*].id)
  } : null

  depends_on = [
    terraform_data.topology,
    time_sleep.grants_spread,
    google_artifact_registry_repository_iam_member.build_writes,
    google_project_iam_member.build_logs,
    google_project_iam_member.build_reads,
  ]
}

locals {
  environment = merge(
    local.mongodb ? {} : { STORE_URL = "firestore://${var.project_id}/${google_firestore_database.main.name}" },
    {
      BUS_URL    = "pubsub://${var.project_id}"
      BLOB_URL   = "gs://${google_storage_bucket.receipts.name}"
      PUBLIC_URL = local.public_url
      # the load balancer writes its own address behind the caller's
      CALLBACK_HOPS = var.load_balancer ? "1" : "0"
      # logs name their trace with it
      GOOGLE_CLOUD_PROJECT = var.project_id
      # the build image has no tesseract
      OCR_ENGINES = "rapidocr"
    },
    { for name, value in var.settings : upper(name) => tostring(value) if value != null },
  )
}

# Who calls what no person calls: Pub/Sub, Eventarc or Scheduler, each function by an account of its own.
resource "google_service_account" "caller" {
  for_each = local.private_functions

  account_id   = "call-${local.cloud_names[each.key]}"
  display_name = "Calls ${each.key}"
  description  = "May invoke ${each.key} and nothing else"
}
