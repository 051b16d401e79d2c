// Business Rule "Sallyport: task closed" on sc_task, advanced, when: async, on update.
// Filter: State changes to Closed Complete (3), Closed Incomplete (4) or Closed Skipped (7).
// Condition: new SallyportWebhook().concerns(current)
(function executeRule(current) {
  new SallyportWebhook().deliver(current, 1);
})(current);
