"""AWS for the tests of bootstrap: moto as aws-check serves it, what bootstrap asks beside that, and the stage's API over HTTP.

    python3 server.py AWS_CHECK_DIR NODE WORKDIR SOURCE_IP

Prints `READY <address of AWS> <address of the API>`. Under /_account/ of AWS:
    PUT settings   {"productionAccess", "sending", "concurrency", "verified": bool}: how the account stands
"""
import http.server, io, json, sys, threading, types

AWS_CHECK, NODE, WORKDIR, SOURCE_IP = sys.argv[1:5]
REGION = "eu-west-1"
sys.path.insert(0, AWS_CHECK)
import aws_check, moto_extras
import boto3
from moto.cloudformation import models as cloudformation
from moto.route53.models import route53_backends
from moto.ses.models import EmailIdentity

SETTINGS = {"productionAccess": False, "sending": True, "concurrency": 1000, "verified": True}

# moto lints a template like a reviewer; AWS only looks whether it is one.
cloudformation.validate_template_cfn_lint = lambda template: []

# The zone of company.com, which the account has.
zones = route53_backends[aws_check.ACCOUNT]["aws"]
zone = zones.create_hosted_zone("company.com.", private_zone=False)
zone.resource_id = "Z0123456789ABCDEFGHIJ"
zones.zones[zone.resource_id] = zone

# Of a deleted stack moto would make everything anew to list it.
listed = cloudformation.CloudFormationBackend.list_stack_resources
cloudformation.CloudFormationBackend.list_stack_resources = lambda self, stack: [] if stack in self.deleted_stacks else listed(self, stack)

def account(app):
    """The operations that moto lacks, each as far as bootstrap reads it."""
    def answer(environ, start_response):
        path, method = environ["PATH_INFO"].rstrip("/"), environ["REQUEST_METHOD"]
        if path == "/_account/settings" and method == "PUT":
            SETTINGS.update(json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))))
            body = SETTINGS
        elif path == "/v2/email/account" and method == "GET":
            body = {"ProductionAccessEnabled": SETTINGS["productionAccess"], "SendingEnabled": SETTINGS["sending"],
                    "SendQuota": {"Max24HourSend": 200, "MaxSendRate": 1, "SentLast24Hours": 0}}
        elif path == "/2016-08-19/account-settings" and method == "GET":
            body = {"AccountLimit": {"ConcurrentExecutions": SETTINGS["concurrency"]}}
        else:
            return app(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(body).encode()]
    return answer

extras = moto_extras.wsgi
moto_extras.wsgi = lambda app: account(extras(app))

def log_role(properties, name, region, logical_id):
    """AWS::ApiGateway::Account, which moto's CloudFormation does not know."""
    boto3.client("apigateway", region_name=region, endpoint_url=Api.aws, **moto_extras.DUMMY).update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": properties["CloudWatchRoleArn"]}])
    return {"Ref": name}

install = moto_extras.install
moto_extras.install = lambda endpoint: (setattr(moto_extras, "account", moto_extras.model("AWS::ApiGateway::Account", log_role)), install(endpoint))

# An identity is verified once its DNS records are there; here, when the test says so.
shown = EmailIdentity.get_response_object.fget
EmailIdentity.get_response_object = property(lambda self: {
    **shown(self), "VerifiedForSendingStatus": SETTINGS["verified"],
    "DkimAttributes": {"Status": "SUCCESS" if SETTINGS["verified"] else "PENDING", "Tokens": ["one", "two", "three"]}})

class Api(http.server.BaseHTTPRequestHandler):
    """The API of the deployed template, as aws-check runs it."""
    aws = None

    def log_message(self, *_):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode() or None
        cloudformation_api = boto3.client("cloudformation", region_name=REGION, endpoint_url=self.aws, **moto_extras.DUMMY)
        try:
            names = [stack["StackName"] for stack in cloudformation_api.describe_stacks()["Stacks"]]
            args = types.SimpleNamespace(endpoint=self.aws, region=REGION, stack=next(name for name in names if name.startswith("sallyport-")))
            template = json.loads(json.dumps(cloudformation_api.get_template(StackName=args.stack)["TemplateBody"]))
            status, headers, text = aws_check.exchange(args, template, self.command, self.path, list(self.headers.items()), body, None, SOURCE_IP)
        except Exception as error:
            status, headers, text = 599, [], f"{type(error).__name__}: {error}"
        self.send_response(status)
        for name, value in headers:
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

api = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
threading.Thread(target=api.serve_forever, daemon=True).start()

class Announced(io.TextIOBase):
    """aws-check prints its address; the API needs it, too."""
    def __init__(self, out):
        self.out = out

    def write(self, text):
        if text.startswith("READY "):
            Api.aws = text.split()[1]
            text = f"READY {Api.aws} http://127.0.0.1:{api.server_address[1]}"
        self.out.write(text)
        return len(text)

    def flush(self):
        self.out.flush()

sys.stdout = Announced(sys.stdout)
aws_check.serve(types.SimpleNamespace(port=0, region=REGION, node=NODE, runtime_modules=None, workdir=WORKDIR, time_scale=0.05, async_retries=0))
