# Two accounts for workflows: one that may deploy, one that may only look. No keys: they are borrowed by federation,
# or by a person with roles/iam.serviceAccountTokenCreator on them.

locals {
  # What the main root grants on the project. The deployer can hand out these roles and no other, so that it cannot
  # make itself, or anybody, an owner. tests/terraform compares this list with the plan.
  grantable_roles = [
    "roles/datastore.user",
    "roles/eventarc.eventReceiver",
    "roles/eventarc.serviceAgent",
    "roles/logging.logWriter",
    "roles/pubsub.publisher",
    "roles/storage.objectViewer",
  ]

  deployer_roles = [
    "roles/artifactregistry.admin",
    "roles/bigquery.dataOwner",
    "roles/cloudfunctions.admin",
    "roles/cloudscheduler.admin",
    "roles/compute.loadBalancerAdmin",
    "roles/compute.networkAdmin",
    "roles/compute.securityAdmin",
    "roles/datastore.owner",
    "roles/eventarc.admin",
    "roles/iam.serviceAccountAdmin",
    "roles/logging.configWriter",
    "roles/monitoring.editor",
    "roles/pubsub.admin",
    "roles/run.admin",
    "roles/serviceusage.serviceUsageAdmin",
    "roles/storage.admin",
  ]

  planner_roles = [
    "roles/artifactregistry.reader",
    "roles/bigquery.metadataViewer",
    "roles/browser",
    "roles/cloudfunctions.viewer",
    "roles/cloudscheduler.viewer",
    "roles/compute.viewer",
    "roles/eventarc.viewer",
    "roles/iam.securityReviewer",
    "roles/logging.viewer",
    "roles/monitoring.viewer",
    "roles/pubsub.viewer",
    "roles/run.viewer",
    "roles/secretmanager.viewer",
    "roles/serviceusage.serviceUsageConsumer",
    "roles/storage.bucketViewer",
  ]
}

resource "google_service_account" "deployer" {
  account_id   = "hesabu-deployer"
  display_name = "Deploys Hesabu"
  depends_on   = [google_project_service.this]
}

resource "google_service_account" "planner" {
  account_id   = "hesabu-planner"
  display_name = "Plans changes of Hesabu, and changes nothing"
  depends_on   = [google_project_service.this]
}

resource "google_project_iam_member" "deployer" {
  for_each = toset(local.deployer_roles)

  project = var.project_id
  role    = each.key
  member  = google_service_account.deployer.member
}

resource "google_project_iam_member" "planner" {
  for_each = toset(local.planner_roles)

  project = var.project_id
  role    = each.key
  member  = google_service_account.planner.member
}

resource "google_project_iam_member" "deployer_grants" {
  project = var.project_id
  role    = "roles/resourcemanager.projectIamAdmin"
  member  = google_service_account.deployer.member

  condition {
    title       = "only the roles of Hesabu"
    description = "Neither owner nor anything else that the main root does not grant"
    expression  = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${join(", ", [for role in local.grantable_roles : "'${role}'"])}])"
  }
}

# Deploying a function means acting as its account, and those are made by the main root: the grant cannot name them yet.
resource "google_project_iam_member" "deployer_acts" {
  project = var.project_id
  role    = "roles/iam.serviceAccountUser"
  member  = google_service_account.deployer.member
}

# secretmanager.admin may read every value; this makes and lists the places only.
resource "google_project_iam_custom_role" "secret_places" {
  role_id     = "hesabuSecretPlaces"
  title       = "Makes places for secrets, never reads a value"
  description = "For the deployer of Hesabu"
  permissions = [
    "secretmanager.secrets.create",
    "secretmanager.secrets.delete",
    "secretmanager.secrets.get",
    "secretmanager.secrets.getIamPolicy",
    "secretmanager.secrets.list",
    "secretmanager.secrets.setIamPolicy",
    "secretmanager.secrets.update",
    "secretmanager.versions.get",
    "secretmanager.versions.list",
  ]
  depends_on = [google_project_service.this]
}

resource "google_project_iam_member" "deployer_secrets" {
  project = var.project_id
  role    = google_project_iam_custom_role.secret_places.name
  member  = google_service_account.deployer.member
}

# datastore.viewer reads the books, datastore.indexAdmin changes indexes; a plan needs to see the shape only.
resource "google_project_iam_custom_role" "database_shape" {
  role_id     = "hesabuDatabaseShape"
  title       = "Sees databases, indexes and backup schedules, never a document"
  description = "For the planner of Hesabu"
  permissions = [
    "datastore.backupSchedules.get",
    "datastore.backupSchedules.list",
    "datastore.databases.getMetadata",
    "datastore.databases.list",
    "datastore.indexes.get",
    "datastore.indexes.list",
  ]
  depends_on = [google_project_service.this]
}

# Whether a zip is already there: the main root makes the bucket later, the condition names it now.
resource "google_project_iam_member" "planner_sees_packages" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.planner.member

  condition {
    title      = "source bucket only"
    expression = "resource.name.startsWith(\"projects/_/buckets/${var.project_id}-hesabu-source/\")"
  }
}

resource "google_project_iam_member" "planner_sees_database" {
  project = var.project_id
  role    = google_project_iam_custom_role.database_shape.name
  member  = google_service_account.planner.member
}
