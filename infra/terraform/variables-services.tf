# What the product is told: its host, settings, secrets' versions, who is alarmed.

variable "load_balancer" {
  type        = bool
  description = "True: one host with Cloud Armor in front; false: each function at its own address."
  default     = true
}

variable "host" {
  type        = string
  description = "Host name that callers and Daraja use; its A record is the output `address`."
  default     = null

  validation {
    condition     = !var.load_balancer || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.host))
    error_message = "host must be a host name such as books.example.co.ke."
  }
  validation {
    condition     = var.host == null || !can(regex("(?i)(m-?pesa|safaricom|query|sql|cmd|exe)", var.host))
    error_message = "Daraja refuses callback URLs that contain mpesa, safaricom, query, sql, cmd or exe: choose another host."
  }
}

variable "settings" {
  type = object({
    daraja_url                 = string
    daraja_shortcode           = string
    daraja_till                = optional(string)
    daraja_c2b_version         = optional(string)
    daraja_initiator           = optional(string)
    daraja_certificate         = optional(string)
    daraja_calls_per_second    = optional(number)
    airtel_url                 = optional(string)
    settle_without_proof_cents = optional(number)
    callback_sources           = optional(string)
    auth_issuer                = optional(string)
    access_minutes             = optional(number)
    sms_url                    = optional(string)
    sms_username               = optional(string)
    sendgrid_url               = optional(string)
    email_from                 = optional(string)
    receipt_mail_domain        = optional(string)
    gemini_model               = optional(string)
    gemini_url                 = optional(string)
    gemini_data_ok             = optional(bool)
    gemini_phrasing            = optional(bool)
    gemini_calls_a_day         = optional(number)
    gemini_calls_a_month       = optional(number)
    vision_transport           = optional(string)
    vision_url                 = optional(string)
    log_level                  = optional(string)
  })
  description = "Settings that are no secrets, as in .env.example; what is left out has the product's default."

  validation {
    condition     = contains(["https://sandbox.safaricom.co.ke", "https://api.safaricom.co.ke"], var.settings.daraja_url)
    error_message = "daraja_url must be https://sandbox.safaricom.co.ke or https://api.safaricom.co.ke."
  }
  validation {
    condition     = var.environment == "prod" || var.settings.daraja_url != "https://api.safaricom.co.ke"
    error_message = "Only prod may move real money: use https://sandbox.safaricom.co.ke."
  }
  validation {
    condition     = var.settings.airtel_url == null || can(regex("^https://openapi(uat)?\\.(airtelkenya\\.com|airtel\\.africa)$", var.settings.airtel_url))
    error_message = "airtel_url must be https://openapi.airtelkenya.com or one of Airtel's other hosts: openapiuat., airtel.africa."
  }
  validation {
    condition     = var.environment == "prod" || var.settings.airtel_url == null || can(regex("^https://openapiuat\\.", var.settings.airtel_url))
    error_message = "Only prod may move real money: use https://openapiuat.airtelkenya.com."
  }
  validation {
    condition     = can(regex("^[0-9]{5,7}$", var.settings.daraja_shortcode))
    error_message = "daraja_shortcode is 5 to 7 digits."
  }
  validation {
    condition     = var.settings.vision_transport == null || contains(["rest", "grpc"], coalesce(var.settings.vision_transport, "rest"))
    error_message = "vision_transport must be rest or grpc, or be left out for no Cloud Vision."
  }
  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], coalesce(var.settings.log_level, "INFO"))
    error_message = "log_level must be DEBUG, INFO, WARNING, ERROR or CRITICAL."
  }
}

variable "secret_versions" {
  type        = map(string)
  description = "Version number of each secret in use; an optional secret that is left out is not given to any function. STORE_URL: MongoDB instead of Firestore."

  validation {
    condition     = length(setsubtract(keys(var.secret_versions), concat(keys(local.topology.secrets), ["STORE_URL"]))) == 0
    error_message = "secret_versions names a secret that functions.json does not have."
  }
  validation {
    condition     = length(setsubtract([for name, s in local.topology.secrets : name if s.required], keys(var.secret_versions))) == 0
    error_message = "secret_versions must have a version for every required secret of functions.json."
  }
}

variable "armor" {
  type = object({
    requests_per_minute          = optional(number, 300)
    callback_requests_per_minute = optional(number, 6000)
    callback_sources             = optional(list(string), [])
    enforce_owasp                = optional(bool, false)
  })
  description = "Cloud Armor: requests a minute from one address, the same for callbacks, the addresses callbacks may come from (empty: any), and whether OWASP rules refuse or only report."
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for source in var.armor.callback_sources : can(cidrhost(source, 0))])
    error_message = "callback_sources are address ranges such as 196.201.214.0/24."
  }
  validation {
    condition     = length(var.armor.callback_sources) <= 100
    error_message = "At most 100 ranges: ten a rule."
  }
}

variable "alert_emails" {
  type        = list(string)
  description = "Who is told when something needs a person."

  validation {
    condition     = length(var.alert_emails) > 0 && alltrue([for a in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", a))])
    error_message = "alert_emails must hold at least one e-mail address."
  }
}

variable "callbacks_expected" {
  type        = bool
  description = "True: silence from Daraja in business hours (Monday to Saturday, 8 to 18 in Nairobi) is an alarm."
  default     = false
}

variable "budget" {
  type = object({
    billing_account = string
    amount          = number
    currency        = optional(string, "USD")
  })
  description = "Monthly spend that alarms; null: none. Needs rights on the billing account."
  default     = null

  validation {
    condition     = var.budget == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "billing_account looks like 012345-6789AB-CDEF01."
  }
}

variable "log_retention_days" {
  type        = number
  description = "How long logs are kept; beyond 30 days storage is charged."
  default     = 30

  validation {
    condition     = var.log_retention_days >= 1 && var.log_retention_days <= 3650
    error_message = "log_retention_days must be 1 to 3650."
  }
}

variable "audit_data_access" {
  type        = bool
  description = "True: who read what in Firestore, the buckets and Secret Manager is logged (charged by volume)."
  default     = false
}
