terraform {
  # Bucket and prefix come from envs/backend-ENV.hcl: one prefix per environment, never workspaces,
  # so that a plan for dev cannot open the state of prod.
  backend "gcs" {}
}
