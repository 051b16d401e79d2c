// Script Action "Sallyport: deliver again" on the event sallyport.deliver.
new SallyportWebhook().deliver(current, Number(event.parm1));
