// UI Action "Send to Sallyport" on sc_req_item, form button, for whoever has corrected a refused request.
// Condition: new SallyportWebhook().concerns(current)
current.update();
new SallyportWebhook().deliver(current, 1);
action.setRedirectURL(current);
