mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      name   = "projects/hesabu-dev/serviceAccounts/mock@hesabu-dev.iam.gserviceaccount.com"
      email  = "mock@hesabu-dev.iam.gserviceaccount.com"
      member = "serviceAccount:mock@hesabu-dev.iam.gserviceaccount.com"
    }
  }
  mock_resource "google_iam_workload_identity_pool" {
    defaults = { name = "projects/123456789012/locations/global/workloadIdentityPools/hesabu-workflows" }
  }
  mock_resource "google_project_iam_custom_role" {
    defaults = { name = "projects/hesabu-dev/roles/hesabuSecretPlaces" }
  }
}

variables {
  project_id    = "hesabu-dev"
  environment   = "dev"
  repository    = "example/hesabu"
  repository_id = "123456"
}

run "deploys_only_from_the_protected_ref" {
  command = apply

  assert {
    condition     = strcontains(google_iam_workload_identity_pool_provider.workflows["deploy"].attribute_condition, "assertion.repository_id == '123456'")
    error_message = "the repository's number is the lock"
  }
  assert {
    condition     = strcontains(google_iam_workload_identity_pool_provider.workflows["deploy"].attribute_condition, "assertion.ref in ['refs/heads/main']")
    error_message = "other branches must not deploy"
  }
  assert {
    condition     = endswith(google_service_account_iam_member.borrows["deploy"].member, "/attribute.purpose/deploy")
    error_message = "the deployer is lent only to who came through the deploy provider"
  }
}

run "workflows_are_told_what_they_need" {
  command = apply

  assert {
    condition     = toset(keys(output.workflow_variables)) == toset(["DEPLOY_SERVICE_ACCOUNT", "PLAN_SERVICE_ACCOUNT", "WORKLOAD_IDENTITY_PROVIDER", "PLAN_IDENTITY_PROVIDER"])
    error_message = "the variables of the two workflows"
  }
}

run "no_federation_without_a_repository" {
  command = plan

  variables {
    repository    = null
    repository_id = null
  }

  assert {
    condition     = length(google_iam_workload_identity_pool_provider.workflows) == 0
    error_message = "nobody outside may borrow an account"
  }
}

run "a_name_alone_is_no_lock" {
  command = plan

  variables {
    repository_id = null
  }

  expect_failures = [var.repository_id]
}

run "no_wildcard_ref" {
  command = plan

  variables {
    deploy_refs = ["refs/heads/*"]
  }

  expect_failures = [var.deploy_refs]
}
