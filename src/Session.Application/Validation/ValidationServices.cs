using System.Text.Json;
using FluentValidation;
using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Application.Validation;

internal static class ValidationServices
{
    /// <summary>The validators of all features: each stands beside the request that it validates.</summary>
    public static IServiceCollection AddValidation(this IServiceCollection services)
    {
        // Fields are named as they are in the JSON.
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) =>
            member is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
        return services.AddValidatorsFromAssemblyContaining(
            typeof(ValidationServices), ServiceLifetime.Singleton, includeInternalTypes: true);
    }
}
