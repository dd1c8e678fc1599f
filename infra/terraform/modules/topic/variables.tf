variable "name" {
  type        = string
  description = "The event type, which is also the topic's name."

  validation {
    condition     = can(regex("^[a-z_]+(\\.[a-z_]+)*\\.v[0-9]+$", var.name))
    error_message = "A topic is named like its event type, with a version: payment.settled.v1."
  }
}

variable "regions" {
  type        = list(string)
  description = "Where messages may be stored."
}

variable "retention_days" {
  type        = number
  description = "How long messages can be had again, 1 to 31."

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 31
    error_message = "Pub/Sub keeps messages 1 to 31 days."
  }
}

variable "publishers" {
  type        = map(string)
  description = "Who may publish: function name to IAM member."
  default     = {}
}

variable "subscriptions" {
  type = map(object({
    endpoint     = string
    caller_email = string
    ack_seconds  = number
  }))
  description = "Push subscriptions by name: where to, as whom, and how long an answer may take."
  default     = {}

  validation {
    condition     = alltrue([for s in var.subscriptions : s.ack_seconds >= 10 && s.ack_seconds <= 600])
    error_message = "Pub/Sub waits 10 to 600 seconds for an answer."
  }
}

variable "delivery" {
  type = object({
    max_attempts        = number
    min_backoff_seconds = number
    max_backoff_seconds = number
    dead_letter_topic   = string
  })
  description = "Attempts, waits between them, and where the rest goes."

  validation {
    condition     = var.delivery.max_attempts >= 5 && var.delivery.max_attempts <= 100
    error_message = "Pub/Sub allows 5 to 100 attempts before the dead letters."
  }
  validation {
    condition     = var.delivery.min_backoff_seconds <= var.delivery.max_backoff_seconds && var.delivery.max_backoff_seconds <= 600
    error_message = "Back-off grows from min to max, at most 600 seconds."
  }
}

variable "pubsub_agent" {
  type        = string
  description = "Pub/Sub's own account in this project, as an IAM member."
}

variable "kms_key" {
  type        = string
  description = "Key for messages at rest; null: Google's own."
  default     = null
}

variable "labels" {
  type        = map(string)
  description = "Labels besides the provider's defaults."
  default     = {}
}
