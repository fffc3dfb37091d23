// Tells the admin in which time zone its reader is, from the next page on.
document.cookie = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}; path=/admin/; max-age=31536000; SameSite=Lax`;
