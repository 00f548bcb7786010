namespace SessionService.Api.Validation;

/// <summary>Marks actions that take any query parameter and ignore it: a load balancer or a browser may add its own.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class AnyQueryParametersAttribute : Attribute;
