provider "google" {
  project = var.project_id
  region  = var.region

  # Budgets and identities are charged to a quota project; a person's own credentials have none.
  billing_project       = var.project_id
  user_project_override = true

  default_labels = local.labels
}

provider "google-beta" {
  project               = var.project_id
  region                = var.region
  billing_project       = var.project_id
  user_project_override = true
  default_labels        = local.labels
}
