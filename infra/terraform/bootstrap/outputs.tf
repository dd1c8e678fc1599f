output "state_bucket" {
  description = "Goes into envs/backend-ENV.hcl."
  value       = google_storage_bucket.state.name
}

output "deployer" {
  description = "Account that deploys."
  value       = google_service_account.deployer.email
}

output "workflow_variables" {
  description = "Variables of the environment on GitHub, for .github/workflows/deploy.yml and plan.yml."
  value = var.repository == null ? {} : {
    DEPLOY_SERVICE_ACCOUNT     = google_service_account.deployer.email
    PLAN_SERVICE_ACCOUNT       = google_service_account.planner.email
    WORKLOAD_IDENTITY_PROVIDER = google_iam_workload_identity_pool_provider.workflows["deploy"].name
    PLAN_IDENTITY_PROVIDER     = google_iam_workload_identity_pool_provider.workflows["plan"].name
  }
}
