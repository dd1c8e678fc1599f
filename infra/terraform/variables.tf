# The project, where things lie, and what may be turned on. variables-services.tf holds what the product is told.

variable "project_id" {
  type        = string
  description = "Google Cloud project; one for each environment."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be a project id: 6 to 30 lower case letters, digits and hyphens."
  }
}

variable "environment" {
  type        = string
  description = "dev, staging or prod."

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "environment must be dev, staging or prod."
  }
}

variable "region" {
  type        = string
  description = "Where functions, topics, secrets and images live."
  default     = "europe-west1"

  validation {
    condition     = contains(["africa-south1", "europe-west1", "europe-west3", "europe-west4"], var.region)
    error_message = "region must be africa-south1, europe-west1, europe-west3 or europe-west4; others were not thought through."
  }
}

variable "firestore_location" {
  type        = string
  description = "Location of the database, for instance eur3; null: the region. It can never be changed."
  default     = null
}

variable "storage_location" {
  type        = string
  description = "Location of the buckets; null: the region. Eventarc must know it."
  default     = null
}

variable "scheduler_region" {
  type        = string
  description = "Where the timer runs, if the region has no Cloud Scheduler; null: the region."
  default     = null
}

variable "database" {
  type        = string
  description = "Name of the Firestore database."
  default     = "hesabu"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,61}[a-z0-9]$", var.database))
    error_message = "database must be 4 to 63 lower case letters, digits and hyphens; (default) cannot be restored beside itself."
  }
}

variable "protect_data" {
  type        = bool
  description = "True: database, bucket and secrets refuse to be destroyed."
  default     = true

  validation {
    condition     = var.protect_data || var.environment != "prod"
    error_message = "prod must have protect_data = true."
  }
}

variable "package_folder" {
  type        = string
  description = "Folder of the zips that `make package` builds."
  default     = "../../dist"
}

variable "runtime" {
  type        = string
  description = "Python runtime of the functions."
  default     = "python312"

  validation {
    condition     = can(regex("^python3(1[1-4])$", var.runtime))
    error_message = "runtime must be python311 to python314."
  }
}

variable "keep_warm" {
  type        = bool
  description = "True: the minimum instances of functions.json; false: none, idle costs nothing."
  default     = true
}

variable "kms_key" {
  type        = string
  description = "Customer managed key for everything stored; null: Google's own. It must lie where the data lies."
  default     = null

  validation {
    condition     = var.kms_key == null || can(regex("^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.kms_key))
    error_message = "kms_key must be projects/P/locations/L/keyRings/R/cryptoKeys/K."
  }
  validation {
    condition = var.kms_key == null || alltrue([
      for location in [var.region, coalesce(var.firestore_location, var.region), coalesce(var.storage_location, var.region)] :
      try(split("/", var.kms_key)[3], "") == lower(location)
    ])
    error_message = "A key protects only what lies where it lies: database, buckets and key must all be in var.region."
  }
}

variable "static_egress" {
  type        = bool
  description = "True: functions that call Daraja leave through one reserved address."
  default     = false
}

variable "egress_cidr" {
  type        = string
  description = "Addresses of the functions inside the egress network; /26 or larger."
  default     = "10.20.0.0/24"

  validation {
    condition     = can(cidrhost(var.egress_cidr, 0)) && try(tonumber(split("/", var.egress_cidr)[1]) <= 26, false)
    error_message = "egress_cidr must be a CIDR of at least 64 addresses: Cloud Run takes several for each instance."
  }
}

variable "analytics" {
  type        = bool
  description = "True: every event is also written to BigQuery."
  default     = false
}

variable "receipts" {
  type = object({
    retention_days   = optional(number, 0)
    cold_after_days  = optional(number, 90)
    noncurrent_days  = optional(number, 90)
    soft_delete_days = optional(number, 7)
    upload_origins   = optional(list(string), [])
  })
  description = "The receipts bucket: days before deletion is possible, days to cold storage, days of old versions, undo days, and the sites that may upload."
  default     = {}
  nullable    = false

  validation {
    condition     = var.environment != "prod" || var.receipts.retention_days >= 1826
    error_message = "prod must keep receipts for five years (retention_days >= 1826): tax records (Tax Procedures Act, section 23)."
  }
  validation {
    condition     = alltrue([for o in var.receipts.upload_origins : can(regex("^https://[^/*]+$", o))])
    error_message = "upload_origins are https origins without a path or a star."
  }
  validation {
    condition     = var.receipts.soft_delete_days >= 7 && var.receipts.soft_delete_days <= 90
    error_message = "soft_delete_days must be 7 to 90."
  }
}

variable "hold_traffic" {
  type        = bool
  description = "True: a new revision gets no traffic until tools/rollout.py gives it some; false: all of it at once."
  default     = false
}
