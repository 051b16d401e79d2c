// Business Rule "Sallyport: request submitted" on sc_req_item, advanced, when: async, on insert.
// Condition: new SallyportWebhook().concerns(current)
(function executeRule(current) {
  new SallyportWebhook().deliver(current, 1);
})(current);
