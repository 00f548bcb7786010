using FluentValidation;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Contexts;
using SessionService.Application.Forks;
using SessionService.Application.Identity;
using SessionService.Application.Imports;
using SessionService.Application.Limits;
using SessionService.Application.Memories;
using SessionService.Application.MemorySearch;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.Usage;
using SessionService.Application.UserMemories;

namespace SessionService.Application;

public static class ApplicationServices
{
    /// <summary>The services of every feature, their validators and mappings.</summary>
    public static IServiceCollection AddApplication(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(TimeProvider.System);
        services.AddScoped<CallerAccess>();
        services.AddScoped<SessionsService>();
        services.AddScoped<MessagesService>();
        services.AddScoped<MemoriesService>();
        services.AddScoped<ForksService>();
        services.AddScoped<ImportsService>();
        services.AddScoped<ContextsService>();
        services.AddScoped<UsageService>();
        services.AddScoped<UserMemoriesService>();
        services.AddScoped<MemorySearchService>();
        services.AddAutoMapper(
            (provider, mapper) => mapper.LicenseKey = provider.GetRequiredService<IConfiguration>()["AutoMapper:LicenseKey"],
            typeof(ApplicationServices));
        services.AddValidatorsFromAssemblyContaining<LimitOptions>(ServiceLifetime.Singleton, includeInternalTypes: true);
        return services;
    }
}
