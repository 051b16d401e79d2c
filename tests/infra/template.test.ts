// Packaging takes seconds, and so does the start of AWS's validator. All tests that need them are in one run.
import './template/twin.ts';
import './template/whole.ts';
import './template/secrets.ts';
import './template/api.ts';
import './template/stage.ts';
import './template/rights.ts';
import './template/machine.ts';
import './template/data.ts';
import './template/failed-events.ts';
import './template/mail.ts';
import './template/retained.ts';
import './template/limits.ts';
import './template/operations.ts';
import './template/second-region.ts';
import './template/aws-validator.ts';
