variable "project_id" {
  type        = string
  description = "An existing, empty Google Cloud project with billing."

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
  description = "Where the state is kept."
  default     = "europe-west1"
}

variable "repository" {
  type        = string
  description = "OWNER/NAME of the repository on GitHub whose workflows deploy; null: people deploy, no federation."
  default     = null

  validation {
    condition     = var.repository == null || can(regex("^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be OWNER/NAME."
  }
}

variable "repository_id" {
  type        = string
  description = "The repository's number (gh api repos/OWNER/NAME --jq .id): a name can be taken over, a number cannot."
  default     = null

  validation {
    condition     = var.repository == null || can(regex("^[0-9]+$", var.repository_id))
    error_message = "repository_id must be the repository's number when repository is set."
  }
}

variable "deploy_refs" {
  type        = list(string)
  description = "Protected refs whose workflows may deploy."
  default     = ["refs/heads/main"]

  validation {
    condition     = length(var.deploy_refs) > 0 && alltrue([for ref in var.deploy_refs : can(regex("^refs/(heads|tags)/[A-Za-z0-9._/-]+$", ref))])
    error_message = "deploy_refs are whole refs such as refs/heads/main."
  }
}
