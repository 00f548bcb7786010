using AutoMapper;
using SessionService.Application.Json;
using SessionService.Domain.UserMemories;

namespace SessionService.Application.UserMemories;

internal sealed class UserMemoryMapping : Profile
{
    public UserMemoryMapping()
    {
        CreateMap<UserMemory, UserMemoryResponse>()
            .ForMember(r => r.Metadata, map => map.MapFrom(m => new JsonText(m.Metadata)));
        CreateMap<UserMemoryVersion, UserMemoryResponse>()
            .ForMember(r => r.Metadata, map => map.MapFrom(m => new JsonText(m.Metadata)))
            .ForMember(r => r.UpdatedAt, map => map.MapFrom(m => m.WrittenAt))
            .ForMember(r => r.CreatedAt, map => map.MapFrom((_, _, _, context) => (DateTimeOffset)context.Items[CreatedAt]));
    }

    /// <summary>The key of the mapping's context item with the time at which the memory was created.</summary>
    public const string CreatedAt = nameof(CreatedAt);
}
