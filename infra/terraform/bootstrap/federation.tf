# Workflows prove who they are with GitHub's own token; there is no key to lose. Every repository on GitHub has tokens
# from this issuer, so the condition is the lock: this repository by its number, and for deploys a protected ref.

locals {
  federated = var.repository == null ? {} : {
    deploy = {
      account   = google_service_account.deployer.name
      condition = "assertion.repository_id == '${var.repository_id}' && assertion.repository == '${var.repository}' && assertion.ref in [${join(", ", [for ref in var.deploy_refs : "'${ref}'"])}] && assertion.event_name != 'pull_request'"
    }
    plan = {
      account   = google_service_account.planner.name
      condition = "assertion.repository_id == '${var.repository_id}' && assertion.repository == '${var.repository}'"
    }
  }
}

resource "google_iam_workload_identity_pool" "workflows" {
  for_each = var.repository == null ? toset([]) : toset(["workflows"])

  workload_identity_pool_id = "hesabu-workflows"
  display_name              = "Hesabu workflows"
  depends_on                = [google_project_service.this]
}

resource "google_iam_workload_identity_pool_provider" "workflows" {
  for_each = local.federated

  workload_identity_pool_id          = google_iam_workload_identity_pool.workflows["workflows"].workload_identity_pool_id
  workload_identity_pool_provider_id = "github-${each.key}"
  display_name                       = "GitHub, to ${each.key}"

  # Bindings look at attributes, not at the provider: a constant says through which of the two somebody came.
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.purpose"    = "'${each.key}'"
    "attribute.repository" = "assertion.repository"
    "attribute.ref"        = "assertion.ref"
  }
  attribute_condition = each.value.condition

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "borrows" {
  for_each = local.federated

  service_account_id = each.value.account
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.workflows["workflows"].name}/attribute.purpose/${each.key}"
}
