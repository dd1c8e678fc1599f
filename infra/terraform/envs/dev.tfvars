project_id  = "hesabu-dev"
environment = "dev"
region      = "europe-west1"
host        = "dev.books.example.co.ke"

protect_data = false
keep_warm    = false # idle costs nothing but the load balancer

settings = {
  daraja_url       = "https://sandbox.safaricom.co.ke"
  daraja_shortcode = "174379"
  log_level        = "DEBUG"
}

# gcloud secrets versions add NAME adds one; the number goes here.
secret_versions = {
  AUTH_SECRET     = "1"
  CALLBACK_SECRET = "1"
  DARAJA_KEY      = "1"
  DARAJA_SECRET   = "1"
  DARAJA_PASSKEY  = "1"
}

receipts = {
  cold_after_days = 30
  noncurrent_days = 7
  upload_origins  = ["https://dev.books.example.co.ke"]
}

alert_emails = ["dev@example.co.ke"]
