using System.Text.Json;
using FluentValidation;
using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Application.Validation;

internal static class ValidationServices
{
    /// <summary>Registers the validators of all features. Each is in the file of its request.</summary>
    public static IServiceCollection AddValidation(this IServiceCollection services)
    {
        // Fields are named as they are in the JSON.
        ValidatorOptions.Global.PropertyNameResolver = (_, member, _) =>
            member is null ? null : JsonNamingPolicy.SnakeCaseLower.ConvertName(member.Name);
        return services.AddValidatorsFromAssemblyContaining(
            typeof(ValidationServices), ServiceLifetime.Singleton, includeInternalTypes: true);
    }
}
