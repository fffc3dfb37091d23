"""What merchants' own systems are told: noted as it happens, kept until delivered, sent to public addresses."""
