# infra/functions.json is the one description of what runs: the embedded runtime, the tests and this root read it.

locals {
  topology  = jsondecode(file("${path.module}/../functions.json"))
  functions = local.topology.functions
  topics    = toset(local.topology.topics)
  delivery  = local.topology.delivery

  http_functions      = { for name, f in local.functions : name => f if f.trigger.kind == "http" }
  event_functions     = { for name, f in local.functions : name => f if f.trigger.kind == "event" }
  bucket_functions    = { for name, f in local.functions : name => f if f.trigger.kind == "bucket" }
  scheduled_functions = { for name, f in local.functions : name => f if f.trigger.kind == "schedule" }
  private_functions   = merge(local.event_functions, local.bucket_functions, local.scheduled_functions)

  # Whoever takes events from the bus, whatever else starts it.
  listening_functions = { for name, f in local.functions : name => f if length(try(f.trigger.types, [])) > 0 }

  # Whoever publishes a received callback over HTTP is who Daraja calls.
  callback_functions = { for name, f in local.http_functions : name => f if contains(f.publishes, "callback.received.v1") }
  callback_function  = one(keys(local.callback_functions))

  # Daraja refuses callback URLs with these words (shared/core/callback_words.py), host and path alike.
  forbidden_in_callbacks = "(?i)(m-?pesa|safaricom|query|sql|cmd|exe)"

  # The name in the cloud is part of the default URL, so a forbidden word in a folder's name gives way to its path.
  cloud_names = {
    for name, f in local.functions : name =>
    can(regex(local.forbidden_in_callbacks, name)) ? replace(trimprefix(f.trigger.paths[0], "/"), "/", "-") : replace(name, "_", "-")
  }

  # One push subscription for each event type of a function, named {function}.{type}. Pub/Sub waits for an answer as
  # long as the function may take; it allows 10 to 600 seconds.
  subscriptions = merge([
    for name, f in local.listening_functions : {
      for type in f.trigger.types : "${name}.${type}" => {
        function    = name
        topic       = type
        ack_seconds = min(600, max(10, f.timeout_seconds))
      }
    }
  ]...)

  # Where dead letters wait for a person; the emulator of `make run BUS=pubsub` has the same name.
  dead_letters = "${local.delivery.dead_letter_topic}.kept"

  known_roles = [
    "roles/datastore.user",
    "roles/iam.serviceAccountTokenCreator",
    "roles/pubsub.publisher",
    "roles/storage.objectCreator",
    "roles/storage.objectViewer",
  ]
}

# What the JSON schema cannot say and no cloud call would find in time.
resource "terraform_data" "topology" {
  input = sort(keys(local.functions))

  lifecycle {
    precondition {
      condition     = !can(regex(local.forbidden_in_callbacks, join(" ", flatten([for f in local.http_functions : f.trigger.paths]))))
      error_message = "Daraja refuses callback URLs that contain mpesa, safaricom, query, sql, cmd or exe: change the path in functions.json."
    }
    precondition {
      condition     = length(local.callback_functions) == 1
      error_message = "Exactly one HTTP function must publish callback.received.v1: it is the one Daraja calls."
    }
    precondition {
      condition     = length(setsubtract(distinct(flatten([for f in local.functions : f.roles])), local.known_roles)) == 0
      error_message = "functions.json names a role that iam.tf does not narrow to a resource; add it there first."
    }
    precondition {
      condition     = length(setsubtract(distinct(flatten([for f in local.functions : concat(f.publishes, try(f.trigger.types, []))])), local.topics)) == 0
      error_message = "functions.json publishes to, or waits for, a topic that is not in its list of topics."
    }
    precondition {
      condition     = length(distinct(values(local.cloud_names))) == length(local.cloud_names) && alltrue([for n in values(local.cloud_names) : length(n) <= 25])
      error_message = "Function names must be different and at most 25 characters in the cloud: service accounts are named after them."
    }
  }
}
