using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Application.Mapping;

internal static class MappingServices
{
    /// <summary>Registers the mappings of all features. Each is a profile in its feature's folder.</summary>
    public static IServiceCollection AddMapping(this IServiceCollection services) => services.AddAutoMapper(
        (provider, mapper) => mapper.LicenseKey = provider.GetRequiredService<IConfiguration>()["AutoMapper:LicenseKey"],
        typeof(MappingServices));
}
