locals {
  # With MongoDB the store's address holds a password, so it is a secret like the others.
  mongodb = contains(keys(var.secret_versions), "STORE_URL")
  secrets = merge(local.topology.secrets, local.mongodb ? {
    STORE_URL = { description = "Address of the MongoDB replica set", required = true, made_by = "Atlas, Connect" }
  } : {})
}

# The places of the secrets. Their values are added by hand or by a rotation job and never come near Terraform's state;
# functions name a fixed version, so that a new value takes effect by a deploy that can be taken back.
resource "google_secret_manager_secret" "this" {
  for_each = local.secrets

  secret_id   = each.key
  annotations = { description = each.value.description, made-by = each.value.made_by }

  # A version destroyed by mistake can be had back for a week.
  version_destroy_ttl = "604800s"
  deletion_protection = var.protect_data

  replication {
    user_managed {
      replicas {
        location = var.region
        dynamic "customer_managed_encryption" {
          for_each = var.kms_key == null ? [] : [var.kms_key]
          content {
            kms_key_name = customer_managed_encryption.value
          }
        }
      }
    }
  }

  depends_on = [google_project_service.this, google_kms_crypto_key_iam_member.agent]
}
