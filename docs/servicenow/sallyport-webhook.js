/**
 * Script Include "SallyportWebhook", application Global, not client callable.
 *
 * Tells Sallyport of a requested item that was submitted (sc_req_item) and of a task that was closed (sc_task):
 * builds the event, signs it (https://www.standardwebhooks.com), posts it, and sees to it that it is posted again
 * where that helps. Sending a record twice does no harm.
 *
 * System properties:
 *   sallyport.webhook.url    https://…/webhooks/servicenow
 *   sallyport.webhook.items  sys_id of a catalogue item → what it asks for:
 *                            {"<sys_id>": "b2b-onboarding", "<sys_id>": "b2b-user", "<sys_id>": "api-client"}
 * The secret, whsec_…, is the password of the Basic Auth Configuration (sys_auth_profile_basic) "Sallyport webhook".
 * Event Registration: sallyport.deliver.
 */
var SallyportWebhook = Class.create();
SallyportWebhook.prototype = {
  VARIABLES: [
    'environment', 'region', 'company', 'description', 'first_name', 'last_name', 'email', 'telephone',
    'user_id', 'user_role', 'ewacs_product_name', 'ip_addresses', 'ewacs_account_created',
    'contract_number'
  ],
  /** Minutes before the second attempt, the third, and so on: half a day together. */
  PAUSES: [1, 5, 15, 60, 180, 480],
  /** Sallyport has read it and will never take it as it is; anything else may pass. */
  FINAL: [400, 409, 413, 422],

  initialize: function () {
    this.kinds = JSON.parse(gs.getProperty('sallyport.webhook.items', '{}'));
  },

  /** Whether this record is any of Sallyport's business: for the conditions of business rules. */
  concerns: function (record) {
    if (record.getTableName() == 'sc_req_item') return this.kinds.hasOwnProperty(String(record.cat_item));
    return /\/ewacs-account$/.test(String(record.correlation_id));
  },

  /** Sends the record; attempts count from 1. */
  deliver: function (record, attempt) {
    var answer = this._post('msg_' + record.getUniqueValue(), this.bodyOf(record));
    if (answer.status >= 200 && answer.status < 300) return;
    var pause = this.PAUSES[attempt - 1];
    if (this.FINAL.indexOf(answer.status) < 0 && pause !== undefined) {
      var due = new GlideDateTime();
      due.addSeconds(60 * pause);
      gs.eventQueueScheduled('sallyport.deliver', record, String(attempt + 1), '', due);
      return;
    }
    record.work_notes = this._complaint(answer);
    record.update();
  },

  /** The event as JSON. In ASCII only, so that what is signed and what is sent are the same bytes whatever the charset. */
  bodyOf: function (record) {
    var event = record.getTableName() == 'sc_req_item' ? this._submitted(record) : this._closed(record);
    return JSON.stringify(event).replace(/[\u007f-\uffff]/g, function (unit) {
      return '\\u' + ('0000' + unit.charCodeAt(0).toString(16)).slice(-4);
    });
  },

  _submitted: function (item) {
    return {
      type: 'sc_req_item.submitted',
      sys_id: item.getUniqueValue(),
      number: String(item.number),
      cat_item: this.kinds[String(item.cat_item)],
      opened_by: String(item.opened_by.email),
      requested_for: String(this._requestedFor(item).email),
      variables: this._variables(item, this.VARIABLES)
    };
  },

  /** Items of one request can be for different people. The request's own field is for items without one. */
  _requestedFor: function (item) {
    var own = item.requested_for;
    return own === undefined || own === null || String(own) === '' ? item.request.requested_for : own;
  },

  _closed: function (task) {
    return {
      type: 'sc_task.closed',
      sys_id: task.getUniqueValue(),
      number: String(task.number),
      request_item: String(task.request_item.number),
      state: String(task.state),
      variables: this._variables(task, ['ewacs_user_id'])
    };
  },

  /** A form need not have every variable. */
  _variables: function (record, names) {
    var values = {};
    for (var i = 0; i < names.length; i++) {
      var value = record.variables[names[i]];
      if (value !== undefined && value !== null) values[names[i]] = String(value);
    }
    return values;
  },

  _post: function (id, body) {
    var timestamp = String(Math.floor(new Date().getTime() / 1000));
    try {
      var request = new sn_ws.RESTMessageV2();
      request.setEndpoint(gs.getProperty('sallyport.webhook.url'));
      request.setHttpMethod('POST');
      request.setHttpTimeout(15000);
      request.setRequestHeader('Content-Type', 'application/json');
      request.setRequestHeader('webhook-id', id);
      request.setRequestHeader('webhook-timestamp', timestamp);
      request.setRequestHeader('webhook-signature', 'v1,' + this._mac(id + '.' + timestamp + '.' + body));
      request.setRequestBody(body);
      var response = request.execute();
      return { status: Number(response.getStatusCode()), body: String(response.getBody()) };
    } catch (error) {
      gs.error('Sallyport was not reached: ' + error);
      return { status: 0, body: '' };
    }
  },

  /** generateMac wants the key in base64, as it stands in the secret, and answers in base64. */
  _mac: function (content) {
    var profile = new GlideRecord('sys_auth_profile_basic');
    if (!profile.get('name', 'Sallyport webhook')) throw new Error('there is no Basic Auth Configuration "Sallyport webhook"');
    var secret = String(profile.password.getDecryptedValue());
    return new GlideCertificateEncryption().generateMac(secret.replace(/^whsec_/, ''), 'HmacSHA256', content);
  },

  /** What whoever works on the ticket can do something about: every fault with its field and what is allowed there. */
  _complaint: function (answer) {
    var problem = {};
    try {
      problem = JSON.parse(answer.body);
    } catch (error) {
      problem = {};
    }
    var lines = ['Sallyport did not take this (' + (answer.status || 'no answer') + '). ' + (problem.title || '')];
    var faults = problem.errors || [];
    for (var i = 0; i < faults.length; i++) lines.push(faults[i].path + ': ' + faults[i].allowed);
    return lines.join('\n');
  },

  type: 'SallyportWebhook'
};
