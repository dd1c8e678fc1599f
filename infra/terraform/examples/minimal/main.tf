# One function of your own beside Hesabu's, started by one of its events: the smallest use of the two modules.
# The folder of your zip, the bucket and the build account are Hesabu's (outputs of the main root).

terraform {
  required_version = ">= 1.9.0, < 2.0.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.0"
    }
  }
}

variable "project_id" {
  type        = string
  description = "The project in which Hesabu runs."
}

variable "project_number" {
  type        = string
  description = "Its number."
}

variable "region" {
  type        = string
  description = "Hesabu's region."
  default     = "europe-west1"
}

variable "package_file" {
  type        = string
  description = "Zip of the function: main.py with a function `export`, decorated as a cloud event."
}

provider "google" {
  project = var.project_id
  region  = var.region
}

resource "google_service_account" "caller" {
  account_id   = "call-export"
  display_name = "Calls export"
}

module "export" {
  source = "../../modules/function"

  project_id  = var.project_id
  region      = var.region
  name        = "export"
  entry_point = "export"
  description = "Copies reports of the day to our own system"
  package     = { file = var.package_file, bucket = "${var.project_id}-hesabu-source" }
  ingress     = "ALLOW_INTERNAL_ONLY"
  invokers    = { caller = google_service_account.caller.member }

  build = {
    runtime    = "python312"
    account    = "projects/${var.project_id}/serviceAccounts/hesabu-build@${var.project_id}.iam.gserviceaccount.com"
    repository = "projects/${var.project_id}/locations/${var.region}/repositories/hesabu-functions"
  }
  service = {
    memory          = "256Mi"
    cpu             = 1
    timeout_seconds = 60
    concurrency     = 8
    min_instances   = 0
    max_instances   = 2
    environment     = { LOG_LEVEL = "INFO" }
  }
}

module "reports" {
  source = "../../modules/topic"

  name           = "report.ready.v1"
  regions        = [var.region]
  retention_days = 7
  pubsub_agent   = "serviceAccount:service-${var.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
  publishers     = { insights = "serviceAccount:fn-insights@${var.project_id}.iam.gserviceaccount.com" }

  subscriptions = {
    "export.report.ready.v1" = {
      endpoint     = module.export.uri
      caller_email = google_service_account.caller.email
      ack_seconds  = 60
    }
  }
  delivery = {
    max_attempts        = 8
    min_backoff_seconds = 10
    max_backoff_seconds = 600
    dead_letter_topic   = "projects/${var.project_id}/topics/dead-letters"
  }
}

output "url" {
  description = "Where the function listens; only its caller is let in."
  value       = module.export.uri
}
