project_id  = "hesabu-prod"
environment = "prod"
region      = "europe-west1"
host        = "books.example.co.ke"

# The database in two countries' data centres of one continent; it cannot be moved later.
firestore_location = "eur3"

settings = {
  daraja_url       = "https://api.safaricom.co.ke"
  daraja_shortcode = "600000"
  sms_url          = "https://api.africastalking.com"
  sms_username     = "hesabu"
  email_from       = "receipts@books.example.co.ke"
}

secret_versions = {
  AUTH_SECRET     = "1"
  CALLBACK_SECRET = "1"
  DARAJA_KEY      = "1"
  DARAJA_SECRET   = "1"
  DARAJA_PASSKEY  = "1"
  GEMINI_KEY      = "1"
  SENDGRID_KEY    = "1"
  SMS_KEY         = "1"
}

receipts = {
  retention_days   = 1826 # five years
  cold_after_days  = 90
  soft_delete_days = 30
  upload_origins   = ["https://books.example.co.ke"]
}

# Empty: any address may call back, and money still waits for independent proof. Safaricom gives the list of ranges to
# each paybill at go-live; put them here then, and watch the refused requests for a day.
armor = {
  callback_sources = []
}

static_egress     = true
analytics         = true
audit_data_access = true

log_retention_days = 90
callbacks_expected = true
alert_emails       = ["ops@example.co.ke", "owner@example.co.ke"]

budget = {
  billing_account = "012345-6789AB-CDEF01"
  amount          = 150
}
