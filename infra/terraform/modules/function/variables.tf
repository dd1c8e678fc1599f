variable "project_id" {
  type        = string
  description = "Project of the function."
}

variable "region" {
  type        = string
  description = "Region of the function."
}

variable "name" {
  type        = string
  description = "Name in the cloud; the service account is fn-NAME."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,23}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 25 lower case letters, digits and hyphens."
  }
}

variable "entry_point" {
  type        = string
  description = "The decorated function in main.py; also the folder and the name of its zip."
}

variable "description" {
  type        = string
  description = "One sentence for people."
  default     = ""
}

variable "labels" {
  type        = map(string)
  description = "Labels besides the provider's defaults."
  default     = {}
}

variable "package" {
  type = object({
    file   = string
    bucket = string
  })
  description = "The zip on this machine, and the bucket it goes to."

  validation {
    condition     = fileexists(var.package.file)
    error_message = "There is no ${var.package.file}: run `make package` first."
  }
}

variable "build" {
  type = object({
    runtime    = string
    account    = string
    repository = string
  })
  description = "Runtime, the build account's full resource name, and the image repository's."
}

variable "service" {
  type = object({
    memory          = string
    cpu             = number
    timeout_seconds = number
    concurrency     = number
    min_instances   = number
    max_instances   = number
    environment     = map(string)
  })
  description = "What one instance gets, how many there may be, and their settings."

  validation {
    condition     = var.service.min_instances <= var.service.max_instances
    error_message = "min_instances must not be more than max_instances."
  }
  validation {
    condition     = var.service.cpu >= 1 || var.service.concurrency == 1
    error_message = "Below one CPU an instance takes one request at a time: set concurrency to 1."
  }
  validation {
    condition     = length([for name in keys(var.service.environment) : name if contains(["PORT", "FUNCTION_TARGET", "K_SERVICE", "K_REVISION"], name)]) == 0
    error_message = "The platform sets PORT, FUNCTION_TARGET, K_SERVICE and K_REVISION itself."
  }
}

variable "secrets" {
  type = map(object({
    id      = string
    version = string
  }))
  description = "Environment variables from Secret Manager, each at a fixed version."
  default     = {}

  validation {
    condition     = alltrue([for s in var.secrets : can(regex("^[1-9][0-9]*$", s.version))])
    error_message = "A secret's version is a number: with `latest` nobody knows which value a running instance has."
  }
}

variable "ingress" {
  type        = string
  description = "ALLOW_ALL, ALLOW_INTERNAL_AND_GCLB or ALLOW_INTERNAL_ONLY."

  validation {
    condition     = var.public == (var.ingress != "ALLOW_INTERNAL_ONLY")
    error_message = "A public function needs open ingress, and what is not public must be ALLOW_INTERNAL_ONLY."
  }
}

variable "public" {
  type        = bool
  description = "True: anybody may call; the function itself asks who it is."
  default     = false
}

variable "invokers" {
  type        = map(string)
  description = "Who else may call, as IAM members."
  default     = {}

  validation {
    condition     = length(setintersection(values(var.invokers), ["allUsers", "allAuthenticatedUsers"])) == 0
    error_message = "Open a function with public = true, never by an invoker."
  }
}

variable "network" {
  type = object({
    network    = string
    subnetwork = string
  })
  description = "VPC through which all its traffic leaves; null: straight to the internet."
  default     = null
}

variable "hold_traffic" {
  type        = bool
  description = "True: traffic stays where it is when a revision is deployed (docs/decisions/0016)."
  default     = false
}
