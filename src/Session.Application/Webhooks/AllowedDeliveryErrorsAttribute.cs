using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Webhooks;

/// <summary>The reasons why a delivery failed, or null, for the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AllowedDeliveryErrorsAttribute() : AllowedValuesAttribute([.. DeliveryErrors.All, null]);
