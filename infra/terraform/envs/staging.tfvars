project_id  = "hesabu-staging"
environment = "staging"
region      = "europe-west1"
host        = "staging.books.example.co.ke"

protect_data = false
keep_warm    = false

settings = {
  daraja_url       = "https://sandbox.safaricom.co.ke"
  daraja_shortcode = "174379"
}

secret_versions = {
  AUTH_SECRET     = "1"
  CALLBACK_SECRET = "1"
  DARAJA_KEY      = "1"
  DARAJA_SECRET   = "1"
  DARAJA_PASSKEY  = "1"
  SENDGRID_KEY    = "1"
  SMS_KEY         = "1"
}

receipts = {
  noncurrent_days = 30
  upload_origins  = ["https://staging.books.example.co.ke"]
}

# The same edge as prod, so that what the rules would refuse is seen here first.
armor = {
  enforce_owasp = true
}

alert_emails = ["ops@example.co.ke"]
