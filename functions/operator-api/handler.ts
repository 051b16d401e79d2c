import { createApi } from '../../middleware/http-api/answer.ts';
import { httpLambda } from '../../middleware/http-lambda.ts';
import { operatorApi } from './api.ts';
import { dependencies } from './dependencies.ts';

export const handler = httpLambda('operator-api', createApi(operatorApi, dependencies(process.env)));
